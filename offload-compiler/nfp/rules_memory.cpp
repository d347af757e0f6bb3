// The rules of loads, stores and atomic additions: which memory, at which offsets, the same on every path.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <optional>

#include "offload-compiler/nfp/opcode.h"
#include "offload-compiler/nfp/rules.h"

namespace offload {

using ebpf::Insn;
using ebpf::RegState;
using ebpf::RegType;
using ebpf::Visit;

namespace {

constexpr uint64_t kMax16 = 0xffff;
constexpr int64_t kWordBytes = 4;

bool has_fixed_offset(const RegState& reg) { return reg.var_off.mask == 0; }

firmware::WordUse use_of(const Insn& insn) {
  if (is_atomic(insn)) return firmware::WordUse::kAtomic;
  return is_load(insn) ? firmware::WordUse::kRead : firmware::WordUse::kWrite;
}

PointerFacts facts_of(const RegState& reg) {
  return {.type = reg.type, .off = reg.off, .var_off = reg.var_off, .id = reg.id};
}

}  // namespace

void Rules::check_store(const Visit& visit, const Insn& insn, InsnFacts& facts) {
  if (visit.regs[insn.dst].type == RegType::kCtx) {
    const bool selects_queue =
        program_.type == ebpf::ProgType::kXdp && insn.off == offsetof(xdp_md, rx_queue_index);
    if (!selects_queue) {
      refuse<Rule::kContextStore>();
    } else if (!capability_.queue_select) {
      refuse<Rule::kQueueSelection>();
    }
  }
  check_pointer(visit, insn, insn.dst, facts);
}

void Rules::check_atomic(const Visit& visit, const Insn& insn, InsnFacts& facts) {
  const RegState& base = visit.regs[insn.dst];
  const RegState& addend = visit.regs[insn.src];
  if (insn.imm != BPF_ADD) return refuse<Rule::kAtomicOperation>(insn.imm);
  if (base.type != RegType::kMapValue) refuse<Rule::kAtomicBase>(static_cast<int>(base.type));
  if (addend.type != RegType::kScalar) refuse<Rule::kAtomicAddend>(static_cast<int>(addend.type));
  const ebpf::Tnum& value = addend.var_off;
  facts.xadd_over_16bit |= value.value > kMax16 || value.mask > kMax16;
  facts.xadd_maybe_16bit |= (value.value & ~value.mask) <= kMax16;
  check_pointer(visit, insn, insn.dst, facts);
}

void Rules::check_pointer(const Visit& visit, const Insn& insn, unsigned base, InsnFacts& facts) {
  const RegState& reg = visit.regs[base];
  switch (reg.type) {
    case RegType::kCtx:
    case RegType::kPacket:
      break;
    case RegType::kStack:
      check_stack(visit, reg, facts);
      break;
    case RegType::kMapValue:
      check_map_value(insn, reg);
      break;
    default:
      return refuse<Rule::kPointer>(static_cast<int>(reg.type));
  }
  const PointerFacts now = facts_of(reg);
  if (facts.ptr.type != RegType::kNotInit) {
    if (facts.ptr.type != reg.type)
      return refuse<Rule::kPointerChanged>(static_cast<int>(facts.ptr.type),
                                           static_cast<int>(reg.type));
    facts.ptr_differs |= facts.ptr.id != now.id || facts.ptr.fixed_offset() != now.fixed_offset();
  }
  facts.ptr = now;
}

void Rules::check_stack(const Visit& visit, const RegState& reg, InsnFacts& facts) {
  facts.caller_frame |= reg.frame != visit.frame;
  if (!has_fixed_offset(reg)) return refuse<Rule::kStackVariable>();
  if (facts.ptr.type == RegType::kNotInit) return;
  const int64_t before = facts.ptr.fixed_offset(), now = facts_of(reg).fixed_offset();
  facts.ptr_not_const |= before != now;
  if (facts.ptr_not_const && before % kWordBytes != now % kWordBytes)
    refuse<Rule::kStackMoves>(before, now);
}

void Rules::check_map_value(const Insn& insn, const RegState& reg) {
  const bool is_relaxed = dialect_ == Dialect::kRelaxed;
  if (is_store(insn) && !is_relaxed) return refuse<Rule::kMapWrite>();
  const int64_t value_bytes = program_.maps[reg.map].value_bytes;
  int64_t first = facts_of(reg).fixed_offset() + insn.off, end = first + access_bytes(insn);
  if (!has_fixed_offset(reg)) {
    if (!is_relaxed) return refuse<Rule::kMapVariable>();
    // The verifier's to refuse, which looks at the access behind the rules.
    if (reg.smin < -value_bytes || reg.umax > static_cast<uint64_t>(value_bytes)) return;
    first = int64_t{reg.off} + insn.off + reg.smin;
    end = int64_t{reg.off} + insn.off + static_cast<int64_t>(reg.umax) + access_bytes(insn);
    if (first < 0 || end > value_bytes) return;
  }
  if (first < 0 || end > value_bytes) return refuse<Rule::kMapBounds>();
  // Every byte that the access may touch has its use.
  std::optional<Diagnostic> complaint = map_use_.mark(
      reg.map, static_cast<uint32_t>(first), static_cast<uint32_t>(end - first), use_of(insn));
  if (complaint) of_visit_.push_back(std::move(*complaint));
}

}  // namespace offload
