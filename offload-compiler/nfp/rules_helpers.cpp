// The rules of helper calls: what the firmware offers, and the arguments that the lowering can pass.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <linux/if_ether.h>

#include <algorithm>
#include <string_view>

#include "offload-compiler/nfp/opcode.h"
#include "offload-compiler/nfp/rules.h"

namespace offload {

using ebpf::Insn;
using ebpf::RegState;
using ebpf::RegType;
using ebpf::Visit;

namespace {

constexpr int64_t kWordBytes = 4;
constexpr uint32_t kMaxStackBytes = 512;  // of a frame

PointerFacts facts_of(const RegState& reg) {
  return {.type = reg.type, .off = reg.off, .var_off = reg.var_off, .id = reg.id};
}

// Why a stack argument cannot be passed; empty when it can.
std::string stack_argument_refusal(std::string_view helper, const RegState& reg) {
  if (reg.type != RegType::kStack)
    return fmt::format("{}: unsupported ptr type {}", helper, static_cast<int>(reg.type));
  if (reg.var_off.mask != 0) return fmt::format("{}: variable pointer", helper);
  const int64_t below_top = -facts_of(reg).fixed_offset();
  if (below_top % kWordBytes != 0)
    return fmt::format("{}: unaligned stack pointer {}", helper, below_top);
  return {};
}

struct MapHelper {
  std::string_view name;
  bool offered;
};

MapHelper map_helper(int32_t id, const firmware::Capability& capability) {
  switch (id) {
    case BPF_FUNC_map_lookup_elem:
      return {"map_lookup", capability.map_lookup};
    case BPF_FUNC_map_update_elem:
      return {"map_update", capability.map_update};
    default:
      return {"map_delete", capability.map_delete};
  }
}

}  // namespace

Rules::Answer Rules::check_helper(const Visit& visit, const Insn& insn, InsnFacts& facts) {
  Answer answer;
  switch (insn.imm) {
    case BPF_FUNC_xdp_adjust_head:
      answer = check_adjust_head(visit, facts);
      break;
    case BPF_FUNC_xdp_adjust_tail:
      if (!capability_.adjust_tail) answer = unsupported("adjust_tail not supported by FW");
      break;
    case BPF_FUNC_map_lookup_elem:
    case BPF_FUNC_map_update_elem:
    case BPF_FUNC_map_delete_elem:
      answer = check_map_call(visit, insn, facts);
      break;
    case BPF_FUNC_get_prandom_u32:
      if (!capability_.random)
        answer = unsupported("bpf_get_prandom_u32(): FW doesn't support random number generation");
      break;
    case BPF_FUNC_perf_event_output:
      answer = check_event_output(visit, facts);
      break;
    default:
      return unsupported(fmt::format("unsupported function id: {}", insn.imm));
  }
  if (!answer) return answer;
  facts.helper = static_cast<uint32_t>(insn.imm);
  facts.key = facts_of(visit.regs[BPF_REG_2]);
  facts.key_in_caller |=
      facts.key.type == RegType::kStack && visit.regs[BPF_REG_2].frame != visit.frame;
  return {};
}

// The call may skip its checks when it is the program's only one and always moves by the same small constant.
Rules::Answer Rules::check_adjust_head(const Visit& visit, const InsnFacts& facts) {
  const firmware::AdjustHead& window = capability_.adjust_head;
  if (window.off_max == 0) return unsupported("adjust_head not supported by FW");
  if (!window.no_meta)
    return unsupported("adjust_head: FW requires shifting metadata, not supported by the driver");
  const RegState& delta = visit.regs[BPF_REG_2];
  const auto value = static_cast<int32_t>(delta.var_off.value);
  const bool other_call =
      facts_.adjust_head != kAdjustHeadUnused &&
      (facts_.adjust_head != visit.insn || facts.key.var_off.value != delta.var_off.value);
  const bool small = value <= ETH_ZLEN - ETH_HLEN &&
                     value <= static_cast<int32_t>(window.guaranteed_add) &&
                     value >= -static_cast<int32_t>(window.guaranteed_sub);
  facts_.adjust_head = delta.is_const() && small && !other_call ? visit.insn : kAdjustHeadChecked;
  return {};
}

Rules::Answer Rules::check_map_call(const Visit& visit, const Insn& insn, InsnFacts& facts) {
  const MapHelper helper = map_helper(insn.imm, capability_);
  if (!helper.offered) return unsupported(fmt::format("{}: not supported by FW", helper.name));
  const RegState& key = visit.regs[BPF_REG_2];
  if (std::string refusal = stack_argument_refusal(helper.name, key); !refusal.empty())
    return unsupported(std::move(refusal));
  if (facts.helper != 0)
    facts.key_varies |= facts.key.fixed_offset() != facts_of(key).fixed_offset();
  if (insn.imm != BPF_FUNC_map_update_elem) return {};
  std::string refusal = stack_argument_refusal(helper.name, visit.regs[BPF_REG_3]);
  if (!refusal.empty()) return unsupported(std::move(refusal));
  return check_map_update_value(visit);
}

Rules::Answer Rules::check_map_update_value(const Visit& visit) {
  if (visit.regs[BPF_REG_1].type != RegType::kConstMapPtr) return {};  // the verifier's to refuse
  const uint32_t map = visit.regs[BPF_REG_1].map;
  const RegState& value = visit.regs[BPF_REG_3];
  const auto offset = static_cast<int32_t>(facts_of(value).fixed_offset());
  const uint32_t bytes = std::min(program_.maps[map].value_bytes, kMaxStackBytes);
  for (int32_t i = 0; i < static_cast<int32_t>(bytes); ++i) {
    if (visit.stack_byte_is_zero(value.frame, offset + i)) continue;
    if (!map_use_.mark_non_zero_update(map, static_cast<uint32_t>(i)))
      return unsupported(fmt::format(
          "value at offset {}/{} may be non-zero, bpf_map_update_elem() is required to initialize "
          "atomic counters to zero to avoid offload endian issues",
          i, -(offset + i) - 1));
  }
  return {};
}

Rules::Answer Rules::check_event_output(const Visit& visit, InsnFacts& facts) {
  if (!capability_.perf_event) return unsupported("event_output: not supported by FW");
  const ebpf::Tnum& flags = visit.regs[BPF_REG_3].var_off;
  if ((flags.mask & BPF_F_INDEX_MASK) != 0 || (flags.value & BPF_F_INDEX_MASK) != BPF_F_CURRENT_CPU)
    return unsupported(
        fmt::format("event_output: must use BPF_F_CURRENT_CPU, var_off: ({:#x}; {:#x})",
                    flags.value, flags.mask));
  const RegState& data = visit.regs[BPF_REG_4];
  const bool readable = data.type == RegType::kScalar || data.type == RegType::kStack ||
                        data.type == RegType::kMapValue || data.type == RegType::kPacket;
  if (!readable)
    return unsupported(
        fmt::format("event_output: unsupported ptr type: {}", static_cast<int>(data.type)));
  if (data.type == RegType::kStack) {
    std::string refusal = stack_argument_refusal("event_output", data);
    if (!refusal.empty()) return unsupported(std::move(refusal));
  }
  if (facts.helper != 0 && data.type != facts.data_type)
    return invalid(fmt::format("event_output: ptr type changed: {} {}",
                               static_cast<int>(facts.data_type), static_cast<int>(data.type)));
  facts.data_type = data.type;
  return {};
}

}  // namespace offload
