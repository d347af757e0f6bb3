// A run of the machine from arbitration to its end, and how execution leaves the straight path: defer slots, stops, faults, sleep.
// SPDX-License-Identifier: Apache-2.0
#include <cassert>

#include "fpc/interpreter_handlers.h"

namespace fpc {

const MicroOp kNothing{};

namespace {

bool is_ready(const Slot& slot) { return slot.state.enabled && !slot.state.asleep && !slot.dead; }

const CodeStore::Decoded& empty_code() {
  static const CodeStore::Decoded kEmpty = {
      {}, {}, {MicroOp{.run = run_past_end}}, 0, kTranslationBytes, {}};
  return kEmpty;
}

}  // namespace

void Machine::set_code(const CodeStore::Decoded& to) {
  code = &to;
  previous = &kNothing;
}
void Machine::clear_code() { code = &empty_code(); }

void Machine::reset(uint16_t pc, uint8_t slot_mask, uint64_t seed, unsigned core_number) {
  Machine fresh;
  fresh.code = code;
  fresh.mirror_points = std::move(mirror_points);
  fresh.random_state = seed;
  fresh.number = core_number;
  for (unsigned s = 0; s < kSlots; ++s) {
    fresh.slots[s].state.pc = pc;
    fresh.slots[s].state.enabled = ((slot_mask >> s) & 1) != 0;
  }
  fresh.maybe_ready = (1u << kSlots) - 1;
  *this = std::move(fresh);
}

// Round robin from the context after the one that ran last; false when none is ready.
bool Machine::choose_slot() {
  for (unsigned i = 1; i <= kSlots; ++i) {
    const unsigned candidate = (last_slot + i) % kSlots;
    if ((maybe_ready >> candidate & 1) == 0) continue;
    if (!is_ready(slots[candidate])) {
      maybe_ready &= ~(1u << candidate);
      continue;
    }
    last_slot = candidate;
    slot = &slots[candidate];
    previous = &kNothing;
    return true;
  }
  return false;
}

bool Machine::begin(uint64_t now_cycles, uint32_t cycle_budget) {
  pending.at -= std::min(pending.at, instructions);  // counts from the start of this run now
  now = now_cycles;
  budget = cycle_budget;
  instructions = 0;
  bubbles = 0;
  gives_up_core = false;
  plan_stop();
  return slot != nullptr || choose_slot();
}

void Machine::signal(unsigned slot_index, uint16_t mask) {
  assert(slot_index < kSlots && "slot outside 0..3");
  Slot& target = slots[slot_index];
  target.state.signals |= mask;
  wake_if_due(target);
  maybe_ready |= 1u << slot_index;
}

unsigned Machine::ready_slots() {
  for (unsigned s = 0; s < kSlots; ++s)
    if ((maybe_ready >> s & 1) != 0 && !is_ready(slots[s])) maybe_ready &= ~(1u << s);
  return maybe_ready;
}

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
  if (slot->state.asleep) maybe_ready &= ~(1u << slot_number());
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
