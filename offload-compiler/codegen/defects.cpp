// Recognises instructions whose lowering is known to be wrong.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/codegen/defects.h"

#include <fmt/format.h>

#include <climits>
#include <cstdlib>
#include <string_view>

#include "offload-compiler/codegen/reciprocal.h"
#include "offload-compiler/codegen/registers.h"
#include "offload-compiler/nfp/location.h"
#include "offload-compiler/nfp/opcode.h"
#include "offload-compiler/passes/register_use.h"

namespace offload {
namespace {

using ebpf::Insn;
using ebpf::RegType;

enum class Defect : uint8_t {
#define OFFLOAD_DEFECT(name, id, effect) name,
#include "offload-compiler/codegen/defects.def"
#undef OFFLOAD_DEFECT
};

struct DefectText {
  std::string_view id, effect;
};
constexpr DefectText kTexts[] = {
#define OFFLOAD_DEFECT(name, id, effect) {id, effect},
#include "offload-compiler/codegen/defects.def"
#undef OFFLOAD_DEFECT
};

class Inspector {
 public:
  Inspector(const Plan& plan, const firmware::Capability& capability)
      : plan_(plan), capability_(capability) {}

  std::vector<std::string> inspect(const Lowered& lowered) {
    if (touches_frame(lowered.words)) report(first_lowered(), Defect::kEarlyStack);
    for (uint32_t i = 0; i < plan_.insns.size(); ++i) {
      if (plan_.insns[i].skip == Skip::kNo) inspect_insn(i);
    }
    return std::move(warnings_);
  }

 private:
  void report(uint32_t insn, Defect defect) {
    const DefectText& text = kTexts[static_cast<size_t>(defect)];
    const std::string prefix = text.id.empty() ? "" : fmt::format("{}: ", text.id);
    warnings_.push_back(located(plan_.source, insn, fmt::format("{}{}", prefix, text.effect)));
  }

  void inspect_insn(uint32_t index) {
    const PlannedInsn& planned = plan_.insns[index];
    const Insn& insn = planned.insn;
    if (uses_frame_pointer(insn)) report(index, Defect::kFramePointer);
    if (is_alu(insn)) return inspect_alu(index);
    if (is_conditional_jump(insn) && negation_overflows(planned)) report(index, Defect::kNegation);
    if (is_helper_call(insn)) return inspect_helper(index);
    if (is_packet_offset_load(insn) && insn.imm != static_cast<uint16_t>(insn.imm))
      report(index, Defect::kPacketOffset);
    if (planned.facts.ptr.type == RegType::kMapValue && insn.off < 0)
      report(index, Defect::kNegativeOffset);
    if (is_load(insn) && planned.copy_bytes != 0) return inspect_copy(index);
    if (shares_read_of_other_pointer(index)) report(index, Defect::kSharedRead);
  }

  void inspect_alu(uint32_t index) {
    const PlannedInsn& planned = plan_.insns[index];
    const Insn& insn = planned.insn;
    const ValueRange& count = planned.facts.src;
    if (is_alu64(insn) && (operation(insn) == BPF_ADD || operation(insn) == BPF_SUB) &&
        !has_register_source(insn) && insn.imm == INT_MIN)
      report(index, Defect::kNegation);
    if (is_alu64(insn) && operation(insn) == BPF_LSH && has_register_source(insn) &&
        !count.is_constant() && count.min == 0)
      report(index, Defect::kShiftByZero);
    if (operation(insn) == BPF_DIV) {
      const uint64_t divisor =
          has_register_source(insn) ? count.min : static_cast<uint32_t>(insn.imm);
      if (ends_with_shift_by_zero(static_cast<uint32_t>(divisor)))
        report(index, Defect::kDivisionShift);
    }
  }

  // INT_MIN stays negative under negation; unsigned 32-bit comparisons add it with the right carry all the same.
  static bool negation_overflows(const PlannedInsn& planned) {
    const Insn& insn = planned.insn;
    const bool is_signed = operation(insn) == BPF_JSGE || operation(insn) == BPF_JSLT;
    return planned.negated_compare && insn.imm == INT_MIN &&
           (insn_class(insn) == BPF_JMP || is_signed);
  }

  // As anything but a base address or the source of a 64-bit move.
  static bool uses_frame_pointer(const Insn& insn) {
    const bool base_dst = is_store(insn) || is_atomic(insn);
    const bool base_src = is_load(insn) || insn.opcode == (BPF_ALU64 | BPF_MOV | BPF_X);
    return (insn.dst == BPF_REG_10 && !base_dst) || (insn.src == BPF_REG_10 && !base_src);
  }

  void inspect_helper(uint32_t index) {
    const PlannedInsn& planned = plan_.insns[index];
    switch (planned.insn.imm) {
      case BPF_FUNC_map_lookup_elem:
      case BPF_FUNC_map_update_elem:
      case BPF_FUNC_map_delete_elem:
        if (planned.facts.key_in_caller && key_at_frame_bottom(plan_, planned))
          report(index, Defect::kCallerKey);
        break;
      case BPF_FUNC_xdp_adjust_head:
        if (plan_.adjust_head != index && (capability_.adjust_head.off_max > UINT8_MAX ||
                                           capability_.adjust_head.off_min > UINT8_MAX))
          report(index, Defect::kAdjustWindow);
        break;
      case BPF_FUNC_perf_event_output:
        report(index, Defect::kEventOutput);
        break;
      default:
        break;
    }
  }

  void inspect_copy(uint32_t index) {
    const PlannedInsn& load = plan_.insns[index];
    const auto bytes = static_cast<unsigned>(std::abs(load.copy_bytes));
    const unsigned width = access_bytes(load.insn);
    const unsigned pairs = bytes / width;
    const bool wrong_part = width == 4
                                ? load.copy_bytes > 0
                                : width < 4 && load.copy_bytes < 0 && bytes % kWordBytes != width;
    if (wrong_part && is_read_from(plan_, index + 2 * pairs, load.insn.dst))
      report(index, Defect::kCopyReload);
    const int tail = plan_.insns[load.copy_store].insn.off +
                     static_cast<int>((bytes - 1) / kWordBytes * kWordBytes);
    if (bytes > kDirectCopyBytes && bytes % kWordBytes != 0 && (tail < 0 || tail > UINT8_MAX))
      report(index, Defect::kCopyTail);
    if (changes_direction(index, pairs)) report(index, Defect::kCopyTurns);
    if (overlaps_in_part(index, pairs)) report(index, Defect::kCopyOverlap);
  }

  // The driver ends a run where a load begins in what the run's first store wrote, not where it only reaches into it.
  bool overlaps_in_part(uint32_t head, unsigned pairs) const {
    const PointerFacts& from = plan_.insns[head].facts.ptr;
    const PointerFacts& to = plan_.insns[head + 1].facts.ptr;
    if (from.type != to.type || from.id != to.id) return false;
    const std::vector<Insn>& insns = plan_.source.insns;
    const int written = insns[head + 1].off + to.off;
    const int width = static_cast<int>(access_bytes(insns[head]));
    for (unsigned pair = 1; pair < pairs; ++pair) {
      const int distance = insns[head + 2 * pair].off + from.off - written;
      if (distance > -width && distance < width) return true;
    }
    return false;
  }

  // The head holds the lowest offset of an ascending run, so a turn shows in the distance of the pairs behind it.
  bool changes_direction(uint32_t head, unsigned pairs) const {
    const std::vector<Insn>& insns = plan_.source.insns;
    const int step = pairs > 1 ? insns[head + 2].off - insns[head].off : 0;
    for (unsigned pair = 2; pair < pairs; ++pair) {
      if (insns[head + 2 * pair].off - insns[head + 2 * pair - 2].off != step) return true;
    }
    return false;
  }

  bool shares_read_of_other_pointer(uint32_t index) const {
    const PlannedInsn& load = plan_.insns[index];
    if (!is_load(load.insn) || load.facts.ptr.type != RegType::kPacket || load.cache.reads ||
        load.cache.end == 0)
      return false;
    uint32_t head = index;
    while (head > 0 && !plan_.insns[head].cache.reads) --head;
    const PlannedInsn& reader = plan_.insns[head];
    return reader.insn.src != load.insn.src && (reader.facts.ptr_differs || load.facts.ptr_differs);
  }

  // The frame's address register is written one word before the program, whose first two words leave it alone.
  static bool touches_frame(const std::vector<fpc::Word>& words) {
    constexpr size_t kThirdWord = 2;
    if (words.size() <= kThirdWord) return false;
    const base::Result<fpc::Insn> insn = fpc::decode(words[kThirdWord]);
    if (!insn) return false;
    const auto names_frame = [](const fpc::Operand& operand) {
      return operand.kind == fpc::OperandKind::kLmem && operand.lm_index == kFrameIndex;
    };
    return names_frame(insn->dst) || names_frame(insn->a) || names_frame(insn->b);
  }

  uint32_t first_lowered() const {
    uint32_t insn = 0;
    while (insn + 1 < plan_.insns.size() && plan_.insns[insn].skip != Skip::kNo) ++insn;
    return insn;
  }

  static constexpr unsigned kWordBytes = 4;
  static constexpr unsigned kDirectCopyBytes = 40;  // longer copies end with a store of their own

  const Plan& plan_;
  const firmware::Capability& capability_;
  std::vector<std::string> warnings_;
};

}  // namespace

std::vector<std::string> describe_defects(const Plan& plan, const Lowered& lowered,
                                          const firmware::Capability& capability) {
  return Inspector(plan, capability).inspect(lowered);
}

}  // namespace offload
