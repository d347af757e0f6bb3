// The interpreter's loop and its face as fpc::Core: arbitration, signals, state.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/interpreter.h"

#include <cassert>

#include "fpc/interpreter_handlers.h"

namespace fpc {
namespace {

bool is_ready(const Slot& slot) { return slot.state.enabled && !slot.state.asleep && !slot.dead; }

// Round robin from the context after the one that ran last; false when none is ready.
bool choose_slot(Machine& m) {
  for (unsigned i = 1; i <= kSlots; ++i) {
    const unsigned candidate = (m.last_slot + i) % kSlots;
    if (!is_ready(m.slots[candidate])) continue;
    m.last_slot = candidate;
    m.slot = &m.slots[candidate];
    m.previous = &kNothing;
    return true;
  }
  return false;
}

void begin(Machine& m, uint64_t now, uint32_t budget) {
  m.pending.at -= std::min(m.pending.at, m.instructions);  // counts from the start of this run now
  m.now = now;
  m.budget = budget;
  m.instructions = 0;
  m.bubbles = 0;
  m.gives_up_core = false;
  m.plan_stop();
}

void execute(Machine& m, const MicroOp* op) {
  while (op != nullptr) {
    if (m.instructions >= m.stop_at) [[unlikely]] {
      op = m.at_stop(op);
      if (op == nullptr) return;
    }
    ++m.instructions;
    const MicroOp* next = op->run(m, *op);
    m.previous = op;
    op = next;
  }
}

const CodeStore::Decoded& empty_code() {
  static const CodeStore::Decoded kEmpty = {{}, {}, {MicroOp{.run = run_past_end}}, 0};
  return kEmpty;
}

}  // namespace

Interpreter::Interpreter() : machine_(std::make_unique<Machine>()) {
  machine_->code = &empty_code();
}
Interpreter::~Interpreter() = default;

void Interpreter::set_code(const CodeStore& code) {
  machine_->code = &code.decoded();
  machine_->previous = &kNothing;
}

void Interpreter::reset(uint16_t pc, uint8_t slot_mask, uint64_t seed, unsigned number) {
  Machine fresh;
  fresh.code = machine_->code;
  fresh.mirror_points = std::move(machine_->mirror_points);
  fresh.random_state = seed;
  fresh.number = number;
  for (unsigned s = 0; s < kSlots; ++s) {
    fresh.slots[s].state.pc = pc;
    fresh.slots[s].state.enabled = ((slot_mask >> s) & 1) != 0;
  }
  *machine_ = std::move(fresh);
}

Step Interpreter::run(uint64_t now_cycles, uint32_t budget) {
  Machine& m = *machine_;
  begin(m, now_cycles, budget);
  if (m.slot == nullptr && !choose_slot(m)) return {};
  execute(m, m.go_to(m.slot->state.pc));
  m.occupied += m.elapsed();
  const Step step{m.reason, static_cast<uint8_t>(m.slot_number()),
                  static_cast<uint32_t>(m.elapsed()), static_cast<uint32_t>(m.instructions)};
  if (m.gives_up_core) {
    m.slot = nullptr;
    m.pending = {};
  }
  return step;
}

const MemoryCommand& Interpreter::command() const { return machine_->command; }
const Fault& Interpreter::fault() const { return machine_->fault; }

void Interpreter::signal(unsigned slot, uint16_t mask) {
  assert(slot < kSlots && "slot outside 0..3");
  Slot& target = machine_->slots[slot];
  target.state.signals |= mask;
  wake_if_due(target);
}

ContextState& Interpreter::context(unsigned slot) {
  assert(slot < kSlots && "slot outside 0..3");
  return machine_->slots[slot].state;
}

std::span<uint32_t, kLmWords> Interpreter::local_memory() { return machine_->lm; }

Flags Interpreter::flags() const {
  const Machine& m = *machine_;
  return {(m.nz >> 31) != 0, m.nz == 0, m.c, m.v};
}

unsigned Interpreter::ready_slots() const {
  unsigned ready = 0;
  for (unsigned s = 0; s < kSlots; ++s) ready |= (is_ready(machine_->slots[s]) ? 1u : 0u) << s;
  return ready;
}

void Interpreter::check_mirrors(std::span<const MirrorPoint> points) {
  auto& sorted = machine_->mirror_points;
  sorted.assign(points.begin(), points.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const MirrorPoint& a, const MirrorPoint& b) {
    return a.address < b.address;
  });
}

}  // namespace fpc
