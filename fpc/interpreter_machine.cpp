// How execution leaves the straight path: defer slots, stops, faults, sleep.
// SPDX-License-Identifier: Apache-2.0
#include <cassert>

#include "fpc/interpreter_handlers.h"

namespace fpc {

const MicroOp kNothing{};

const MicroOp* Machine::stop(StopReason why, unsigned resume_at) {
  reason = why;
  slot->state.pc = static_cast<uint16_t>(resume_at);
  return nullptr;
}

const MicroOp* Machine::fault_at(FaultKind kind, unsigned address) {
  const Word word = address < code->words.size() ? code->words[address] : 0;
  fault = {kind, static_cast<uint8_t>(slot_number()), static_cast<uint16_t>(address), word};
  slot->dead = true;
  gives_up_core = true;
  return stop(StopReason::kFault, address);
}

// Waiting for all clears the signals that woke the context; waiting for any leaves them for
// br_signal to find and clear (semantics.h has the choice).
void wake_if_due(Slot& sleeper) {
  ContextState& state = sleeper.state;
  if (!state.asleep) return;
  const unsigned arrived = state.signals & state.wakeup;
  if (sleeper.wake_any ? arrived == 0 : arrived != state.wakeup) return;
  state.asleep = false;
  if (!sleeper.wake_any) state.signals = static_cast<uint16_t>(state.signals & ~state.wakeup);
}

void Machine::sleep(uint16_t wakeup, bool any) {
  gives_up_core = true;
  slot->state.wakeup = wakeup;
  slot->wake_any = any;
  slot->state.asleep = wakeup != 0;
  wake_if_due(*slot);
}

const MicroOp* Machine::defer(const MicroOp& op, unsigned count, const Pending& what) {
  if (count == 0) return finish(what);
  pending = what;
  pending.at = instructions + count;
  plan_stop();
  return &op + 1;
}

const MicroOp* Machine::finish(Pending due) {
  pending = {};
  add_bubbles(due.bubbles);
  switch (due.kind) {
    case Pending::kNone:
      break;
    case Pending::kBranch:
      return go_to(due.target);
    case Pending::kCommand:
      sleep(due.wakeup, false);
      return stop(StopReason::kCommand, due.target);
    case Pending::kArbitration:
      slot->state.enabled = !due.kills;
      sleep(due.wakeup, due.any);
      return stop(StopReason::kSwapped, due.target);
  }
  assert(false && "nothing is pending");
  return nullptr;
}

bool Machine::mirrors_match(unsigned address) const {
  const auto point =
      std::lower_bound(mirror_points.begin(), mirror_points.end(), address,
                       [](const MirrorPoint& p, unsigned wanted) { return p.address < wanted; });
  if (point == mirror_points.end() || point->address != address) return true;
  for (unsigned n = 0; n < kRelativeGprs; ++n) {
    if (((point->registers >> n) & 1) != 0 && slot->state.a[n] != slot->state.b[n]) return false;
  }
  return true;
}

const MicroOp* Machine::at_stop(const MicroOp* op) {
  if (pending.kind != Pending::kNone && instructions >= pending.at) {
    op = finish(pending);
    if (op == nullptr) return nullptr;
  }
  if (elapsed() >= budget) return fault_at(FaultKind::kWatchdog, address_of(*op));
  if (!mirrors_match(address_of(*op))) return fault_at(FaultKind::kMirrorMismatch, address_of(*op));
  plan_stop();
  return op;
}

const MicroOp* run_illegal(Machine& m, const MicroOp& op) {
  return m.fail(FaultKind::kIllegalWord, op);
}
const MicroOp* run_ecc_error(Machine& m, const MicroOp& op) {
  return m.fail(FaultKind::kEccError, op);
}
const MicroOp* run_past_end(Machine& m, const MicroOp& op) {
  return m.fail(FaultKind::kPcOutOfRange, op);
}

}  // namespace fpc
