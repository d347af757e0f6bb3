// The interpreter's face as fpc::Core.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/interpreter.h"

#include <cassert>

#include "fpc/interpreter_p.h"

namespace fpc {
Interpreter::Interpreter() : machine_(std::make_unique<Machine>()) { machine_->clear_code(); }
Interpreter::~Interpreter() = default;

void Interpreter::set_code(const CodeStore& code) { machine_->set_code(code.decoded()); }

void Interpreter::reset(uint16_t pc, uint8_t slot_mask, uint64_t seed, unsigned number) {
  machine_->reset(pc, slot_mask, seed, number);
}

Step Interpreter::run(uint64_t now_cycles, uint32_t budget) {
  Machine& m = *machine_;
  if (!m.begin(now_cycles, budget)) return {};
  m.interpret();
  return m.end();
}

const MemoryCommand& Interpreter::command() const { return machine_->command; }
const Fault& Interpreter::fault() const { return machine_->fault; }
void Interpreter::signal(unsigned slot, uint16_t mask) { machine_->signal(slot, mask); }

ContextState& Interpreter::context(unsigned slot) {
  assert(slot < kSlots && "slot outside 0..3");
  return machine_->open_context(slot);
}

std::span<uint32_t, kLmWords> Interpreter::local_memory() { return machine_->lm; }
Flags Interpreter::flags() const { return machine_->flags(); }
unsigned Interpreter::ready_slots() const { return machine_->ready_slots(); }

void Interpreter::check_mirrors(std::span<const MirrorPoint> points) {
  machine_->checks_mirrors = !points.empty();
  auto& sorted = machine_->mirror_points;
  sorted.assign(points.begin(), points.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const MirrorPoint& a, const MirrorPoint& b) {
    return a.address < b.address;
  });
}

}  // namespace fpc
