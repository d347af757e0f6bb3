// Handlers of branches, jump and ctx_arb: decision 10's cycles, defer slots, signal tests.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/interpreter_handlers.h"
#include "fpc/interpreter_operands.h"
#include "fpc/isa.h"
#include "fpc/semantics.h"

namespace fpc {
namespace {

// A branch that is not taken occupies its defer slots all the same: nothing may leave from within
// them.
const MicroOp* branch(Machine& m, const MicroOp& op, bool taken, uint32_t target) {
  if (m.pending.kind != Pending::kNone) return m.fail(FaultKind::kBranchInDefer, op);
  if (!taken) {
    if (op.defer == 0) return &op + 1;
    target = m.address_of(op) + 1u + op.defer;
  }
  Pending what{.kind = Pending::kBranch, .target = target};
  if (taken) {
    const bool pays =
        (op.traits & trait::kPaysFresh) != 0 && (m.previous->traits & trait::kSetsFlags) != 0;
    what.bubbles = bubbles_of(op.taken_cycles + (pays ? 1u : 0u), op.defer);
  }
  return m.defer(op, op.defer, what);
}

bool is_zero(const Machine& m) { return m.nz == 0; }
bool is_negative(const Machine& m) { return (m.nz >> 31) != 0; }
bool is_carry(const Machine& m) { return m.c; }
bool is_overflow(const Machine& m) { return m.v; }
bool is_ge(const Machine& m) { return semantics::is_ge(is_negative(m), m.v); }
bool is_gt(const Machine& m) { return semantics::is_gt(is_negative(m), is_zero(m), m.v); }
bool is_always(const Machine&) { return true; }

template <bool (*kCondition)(const Machine&), bool kSense>
const MicroOp* run_branch(Machine& m, const MicroOp& op) {
  return branch(m, op, kCondition(m) == kSense, op.target);
}

template <bool kComputed>
const MicroOp* run_br_bit(Machine& m, const MicroOp& op) {
  Operands x;
  if (!fetch<kComputed>(m, op, x)) return nullptr;
  const bool is_set = (x.a & op.lanes) != 0;
  return branch(m, op, is_set == ((op.traits & trait::kSense) != 0), op.target);
}

template <bool kComputed>
const MicroOp* run_br_byte(Machine& m, const MicroOp& op) {
  Operands x;
  if (!fetch<kComputed>(m, op, x)) return nullptr;
  const bool is_equal = (x.a & op.lanes) == op.value;
  return branch(m, op, is_equal == ((op.traits & trait::kSense) != 0), op.target);
}

template <bool kComputed>
const MicroOp* run_jump(Machine& m, const MicroOp& op) {
  Operands x;
  if (!fetch<kComputed>(m, op, x)) return nullptr;
  return branch(m, op, true, x.a + op.value);
}

template <bool kSenseOfRow>
const MicroOp* run_br_ctx(Machine& m, const MicroOp& op) {
  const bool is_this = m.insn_of(op).state == 2 * m.slot_number();
  return branch(m, op, is_this == kSenseOfRow, op.target);
}

// Signals that arrived while this context ran are known only to the driver: a test first gives it
// the chance to deliver them. A signal found set is cleared.
template <bool kSenseOfRow>
const MicroOp* run_br_signal(Machine& m, const MicroOp& op) {
  if (m.pending.kind != Pending::kNone) return m.fail(FaultKind::kBranchInDefer, op);
  if (m.elapsed() > 1) {
    --m.instructions;
    return m.stop(StopReason::kSync, m.address_of(op));
  }
  const auto mask = static_cast<uint16_t>(1u << m.insn_of(op).state);
  uint16_t& signals = m.slot->state.signals;
  const bool is_set = (signals & mask) != 0;
  signals = static_cast<uint16_t>(signals & ~mask);
  return branch(m, op, is_set == kSenseOfRow, op.target);
}

namespace arb {  // Insn::arb_flags and bit 0 of the event mask (nfp-isa 9.6)
constexpr unsigned kAny = 1;
constexpr unsigned kBreakpoint = 2;
constexpr unsigned kWithBranch = 4;
constexpr unsigned kNotKill = 8;
constexpr unsigned kVoluntary = 1;
}  // namespace arb

const MicroOp* run_ctx_arb(Machine& m, const MicroOp& op) {
  if (m.pending.kind != Pending::kNone) return m.fail(FaultKind::kBranchInDefer, op);
  const Insn& insn = m.insn_of(op);
  if ((insn.arb_flags & arb::kBreakpoint) != 0) return m.fail(FaultKind::kIllegalWord, op);
  const bool yields = (insn.event_mask & arb::kVoluntary) != 0;
  Pending what{.kind = Pending::kArbitration,
               .bubbles = bubbles_of(op.taken_cycles, op.defer),
               .any = (insn.arb_flags & arb::kAny) != 0,
               .kills = insn.event_mask == 0 && (insn.arb_flags & arb::kNotKill) == 0,
               .wakeup = yields ? uint16_t{0} : insn.event_mask,
               .target = m.address_of(op) + 1u + op.defer};
  if ((insn.arb_flags & arb::kWithBranch) != 0) what.target = insn.target;
  return m.defer(op, op.defer, what);
}

template <bool (*kCondition)(const Machine&), bool kSense>
constexpr Handlers condition_pair = {run_branch<kCondition, kSense>,
                                     run_branch<kCondition, kSense>};

}  // namespace

Handlers branch_handlers(Op op) {
  switch (op) {
    case Op::kBeq:
      return condition_pair<is_zero, true>;
    case Op::kBne:
      return condition_pair<is_zero, false>;
    case Op::kBmi:
      return condition_pair<is_negative, true>;
    case Op::kBpl:
      return condition_pair<is_negative, false>;
    case Op::kBcs:
      return condition_pair<is_carry, true>;
    case Op::kBcc:
      return condition_pair<is_carry, false>;
    case Op::kBvs:
      return condition_pair<is_overflow, true>;
    case Op::kBvc:
      return condition_pair<is_overflow, false>;
    case Op::kBge:
      return condition_pair<is_ge, true>;
    case Op::kBlt:
      return condition_pair<is_ge, false>;
    case Op::kBgt:
      return condition_pair<is_gt, true>;
    case Op::kBle:
      return condition_pair<is_gt, false>;
    case Op::kBr:
      return condition_pair<is_always, true>;
    case Op::kBrCtx:
      return {run_br_ctx<true>, run_br_ctx<true>};
    case Op::kBrNotCtx:
      return {run_br_ctx<false>, run_br_ctx<false>};
    case Op::kBrSignal:
      return {run_br_signal<true>, run_br_signal<true>};
    case Op::kBrNotSignal:
      return {run_br_signal<false>, run_br_signal<false>};
    case Op::kBrBit:
      return {run_br_bit<false>, run_br_bit<true>};
    case Op::kBrByte:
      return {run_br_byte<false>, run_br_byte<true>};
    case Op::kJump:
      return {run_jump<false>, run_jump<true>};
    case Op::kCtxArb:
      return {run_ctx_arb, run_ctx_arb};
    default:
      return {};
  }
}

}  // namespace fpc
