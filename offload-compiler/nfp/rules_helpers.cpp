// The rules of helper calls: what the firmware offers, and the arguments that the lowering can pass.
// SPDX-License-Identifier: Apache-2.0
#include <linux/if_ether.h>

#include <algorithm>
#include <string_view>

#include "offload-compiler/nfp/offered_helpers.h"
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

std::string_view map_helper_name(int32_t id) {
  switch (id) {
    case BPF_FUNC_map_lookup_elem:
      return "map_lookup";
    case BPF_FUNC_map_update_elem:
      return "map_update";
    default:
      return "map_delete";
  }
}

}  // namespace

void Rules::check_helper(const Visit& visit, const Insn& insn, InsnFacts& facts) {
  switch (insn.imm) {
    case BPF_FUNC_xdp_adjust_head:
      check_adjust_head(visit, facts);
      break;
    case BPF_FUNC_xdp_adjust_tail:
      if (!offers_helper(capability_, insn.imm)) refuse<Rule::kAdjustTail>();
      break;
    case BPF_FUNC_map_lookup_elem:
    case BPF_FUNC_map_update_elem:
    case BPF_FUNC_map_delete_elem:
      check_map_call(visit, insn, facts);
      break;
    case BPF_FUNC_get_prandom_u32:
      if (!offers_helper(capability_, insn.imm)) refuse<Rule::kRandom>();
      break;
    case BPF_FUNC_perf_event_output:
      check_event_output(visit, facts);
      break;
    default:
      return refuse<Rule::kHelper>(insn.imm);
  }
  facts.helper = static_cast<uint32_t>(insn.imm);
  facts.key = facts_of(visit.regs[BPF_REG_2]);
  facts.key_in_caller |=
      facts.key.type == RegType::kStack && visit.regs[BPF_REG_2].frame != visit.frame;
}

// The call may skip its checks when it is the program's only one and always moves by the same small constant.
void Rules::check_adjust_head(const Visit& visit, const InsnFacts& facts) {
  const firmware::AdjustHead& window = capability_.adjust_head;
  if (window.off_max == 0) return refuse<Rule::kAdjustHead>();
  if (!window.no_meta) return refuse<Rule::kAdjustHeadMeta>();
  const RegState& delta = visit.regs[BPF_REG_2];
  const auto value = static_cast<int32_t>(delta.var_off.value);
  const bool other_call =
      facts_.adjust_head != kAdjustHeadUnused &&
      (facts_.adjust_head != visit.insn || facts.key.var_off.value != delta.var_off.value);
  const bool small = value <= ETH_ZLEN - ETH_HLEN &&
                     value <= static_cast<int32_t>(window.guaranteed_add) &&
                     value >= -static_cast<int32_t>(window.guaranteed_sub);
  facts_.adjust_head = delta.is_const() && small && !other_call ? visit.insn : kAdjustHeadChecked;
}

bool Rules::check_stack_argument(std::string_view helper, const RegState& reg) {
  const int64_t below_top = -facts_of(reg).fixed_offset();
  if (reg.type != RegType::kStack) {
    refuse<Rule::kHelperPointer>(helper, static_cast<int>(reg.type));
  } else if (reg.var_off.mask != 0) {
    refuse<Rule::kHelperVariable>(helper);
  } else if (below_top % kWordBytes != 0) {
    refuse<Rule::kHelperUnaligned>(helper, below_top);
  } else {
    return true;
  }
  return false;
}

void Rules::check_map_call(const Visit& visit, const Insn& insn, InsnFacts& facts) {
  const std::string_view name = map_helper_name(insn.imm);
  if (!offers_helper(capability_, insn.imm)) refuse<Rule::kHelperFirmware>(name);
  const RegState& key = visit.regs[BPF_REG_2];
  if (check_stack_argument(name, key) && facts.helper != 0)
    facts.key_varies |= facts.key.fixed_offset() != facts_of(key).fixed_offset();
  if (insn.imm != BPF_FUNC_map_update_elem) return;
  if (check_stack_argument(name, visit.regs[BPF_REG_3])) check_map_update_value(visit);
}

void Rules::check_map_update_value(const Visit& visit) {
  if (visit.regs[BPF_REG_1].type != RegType::kConstMapPtr) return;  // the verifier's to refuse
  const uint32_t map = visit.regs[BPF_REG_1].map;
  const RegState& value = visit.regs[BPF_REG_3];
  const auto offset = static_cast<int32_t>(facts_of(value).fixed_offset());
  if (program_.maps[map].value_bytes > capability_.maps.max_value_bytes)
    return refuse<Rule::kMapValue>(program_.maps[map].name, program_.maps[map].value_bytes,
                                   capability_.maps.max_value_bytes);
  const uint32_t bytes = std::min(program_.maps[map].value_bytes, kMaxStackBytes);
  for (int32_t i = 0; i < static_cast<int32_t>(bytes); ++i) {
    if (visit.stack_byte_is_zero(value.frame, offset + i)) continue;
    if (!map_use_.mark_non_zero_update(map, static_cast<uint32_t>(i)))
      return refuse<Rule::kUpdateCounter>(i, -(offset + i) - 1);
  }
}

void Rules::check_event_output(const Visit& visit, InsnFacts& facts) {
  constexpr std::string_view kName = "event_output";
  if (!offers_helper(capability_, BPF_FUNC_perf_event_output)) refuse<Rule::kHelperFirmware>(kName);
  const ebpf::Tnum& flags = visit.regs[BPF_REG_3].var_off;
  if ((flags.mask & BPF_F_INDEX_MASK) != 0 || (flags.value & BPF_F_INDEX_MASK) != BPF_F_CURRENT_CPU)
    refuse<Rule::kEventCpu>(flags.value, flags.mask);
  const RegState& data = visit.regs[BPF_REG_4];
  const bool readable = data.type == RegType::kScalar || data.type == RegType::kStack ||
                        data.type == RegType::kMapValue || data.type == RegType::kPacket;
  if (!readable) return refuse<Rule::kEventPointer>(static_cast<int>(data.type));
  if (data.type == RegType::kStack) check_stack_argument(kName, data);
  if (facts.helper != 0 && data.type != facts.data_type)
    return refuse<Rule::kEventPointerChanged>(static_cast<int>(facts.data_type),
                                              static_cast<int>(data.type));
  facts.data_type = data.type;
}

}  // namespace offload
