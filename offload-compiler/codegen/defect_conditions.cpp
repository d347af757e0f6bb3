// Conditions under which the reference lowering is wrong.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/codegen/defect_conditions.h"

#include <cstdlib>

#include "offload-compiler/codegen/registers.h"
#include "offload-compiler/nfp/opcode.h"

namespace offload {
namespace {

constexpr unsigned kWordBytes = 4;
constexpr unsigned kDirectCopyBytes = 40;  // longer copies end with a store of their own

bool shifts64_by_unknown(const PlannedInsn& planned) {
  const unsigned operation_code = operation(planned.insn);
  const bool shifts =
      operation_code == BPF_LSH || operation_code == BPF_RSH || operation_code == BPF_ARSH;
  return shifts && is_alu64(planned.insn) && has_register_source(planned.insn) &&
         !planned.facts.src.is_constant();
}

}  // namespace

bool shift_count_may_be_zero(const PlannedInsn& shift) {
  constexpr uint64_t kWidth = 64;
  const ValueRange& count = shift.facts.src;
  return shifts64_by_unknown(shift) && count.max / kWidth * kWidth >= count.min;
}

bool shift_count_may_wrap(const PlannedInsn& shift) {
  const ValueRange& count = shift.facts.src;
  return shifts64_by_unknown(shift) && count.min >= 32 && count.max > 63;
}

bool shift_spoils_its_count(const PlannedInsn& shift, const ValueRange& count) {
  return shifts64_by_unknown(shift) && operation(shift.insn) != BPF_LSH &&
         shift.insn.dst == shift.insn.src && count.min < 32;
}

bool shift_count_may_be_a_sign(const PlannedInsn& shift) {
  return is_alu(shift.insn) && operation(shift.insn) == BPF_ARSH &&
         has_register_source(shift.insn) && !shift.facts.src.is_constant() &&
         shift.facts.src.max > INT32_MAX;
}

bool uses_frame_pointer_value(const ebpf::Insn& insn) {
  const bool base_dst = is_store(insn) || is_atomic(insn);
  const bool base_src = is_load(insn) || insn.opcode == (BPF_ALU64 | BPF_MOV | BPF_X);
  return (insn.dst == BPF_REG_10 && !base_dst) || (insn.src == BPF_REG_10 && !base_src);
}

bool packet_offset_is_cut(const ebpf::Insn& insn) {
  return is_packet_offset_load(insn) && insn.imm != static_cast<uint16_t>(insn.imm);
}

bool packet_index_may_be_negative(const PlannedInsn& load) {
  if (!is_packet_offset_load(load.insn) || BPF_MODE(load.insn.opcode) != BPF_IND) return false;
  const ValueRange& index = load.facts.src;
  return index.max > INT32_MAX || static_cast<int64_t>(index.min) + load.insn.imm < 0 ||
         static_cast<int64_t>(index.max) + load.insn.imm > INT32_MAX;
}

bool copy_reload_is_wrong(const PlannedInsn& load) {
  const auto bytes = static_cast<unsigned>(std::abs(load.copy_bytes));
  const unsigned width = access_bytes(load.insn);
  if (width == kWordBytes) return load.copy_bytes > 0;
  return width < kWordBytes && load.copy_bytes < 0 && bytes % kWordBytes != width;
}

bool copy_reload_matters(const Plan& plan, uint32_t head, const LiveRegisters& live) {
  const PlannedInsn& load = plan.insns[head];
  const unsigned pairs = static_cast<unsigned>(std::abs(load.copy_bytes)) / access_bytes(load.insn);
  return copy_reload_is_wrong(load) && live.is_read_from(head + 2 * pairs, load.insn.dst);
}

bool copy_tail_is_cut(const Plan& plan, const PlannedInsn& load) {
  const auto bytes = static_cast<unsigned>(std::abs(load.copy_bytes));
  const int tail = plan.insns[load.copy_store].insn.off +
                   static_cast<int>((bytes - 1) / kWordBytes * kWordBytes);
  return bytes > kDirectCopyBytes && bytes % kWordBytes != 0 && (tail < 0 || tail > UINT8_MAX);
}

bool adjust_window_is_cut(const firmware::AdjustHead& window) {
  return window.off_max > UINT8_MAX || window.off_min > UINT8_MAX;
}

bool touches_frame_early(const std::vector<fpc::Word>& words) {
  constexpr size_t kThirdWord = 2;
  if (words.size() <= kThirdWord) return false;
  const base::Result<fpc::Insn> insn = fpc::decode(words[kThirdWord]);
  if (!insn) return false;
  const auto names_frame = [](const fpc::Operand& operand) {
    return operand.kind == fpc::OperandKind::kLmem && operand.lm_index == kFrameIndex;
  };
  return names_frame(insn->dst) || names_frame(insn->a) || names_frame(insn->b);
}

}  // namespace offload
