// A run of the machine from arbitration to its end, and how execution leaves the straight path: defer slots, stops, faults, sleep.
// SPDX-License-Identifier: Apache-2.0
#include <cassert>

#include "fpc/interpreter_handlers.h"

namespace fpc {

const MicroOp kNothing{};

namespace {

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
  fresh.checks_mirrors = checks_mirrors;
  fresh.random_state = seed;
  fresh.number = core_number;
  for (unsigned s = 0; s < kSlots; ++s) {
    fresh.slots[s].state.pc = pc;
    fresh.slots[s].state.enabled = ((slot_mask >> s) & 1) != 0;
  }
  fresh.maybe_ready = (1u << kSlots) - 1;
  *this = std::move(fresh);
}

unsigned Machine::ready_slots() const {
  unsigned ready = maybe_ready;
  for (unsigned s = 0; s < kSlots; ++s)
    if (!is_ready(slots[s])) ready &= ~(1u << s);
  return ready;
}

const MicroOp* Machine::fault_at(FaultKind kind, unsigned address) {
  const Word word = address < code->words.size() ? code->words[address] : 0;
  fault = {kind, static_cast<uint8_t>(slot_number()), static_cast<uint16_t>(address), word};
  slot->dead = true;
  gives_up_core = true;
  return stop(StopReason::kFault, address);
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
