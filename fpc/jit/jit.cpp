// The loop between translated traces and interpreted words.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/jit/jit.h"

#include "fpc/interpreter_handlers.h"
#include "fpc/jit/translation.h"

namespace fpc {

struct JitState {
  jit::State state;
  std::shared_ptr<jit::Translation> translation;  // nullptr: interpret everything
};

namespace {

// A command whose length or data comes from the word before it.
const MicroOp* issue_indirect(Machine& m, const MicroOp& op) {
  const Insn& insn = m.insn_of(op);
  std::optional<MemoryCommand> command = command_shape(insn, m.prev_r);
  if (!command) return m.fail(FaultKind::kBadCommand, op);
  command->slot = static_cast<uint8_t>(m.slot_number());
  command->address = m.command.address;
  m.command = *command;
  if (command->swaps) {
    m.bubbles += bubbles_of(op.taken_cycles, 0);
    m.sleep(command->signal_mask(), false);
  }
  return m.stop(StopReason::kCommand, m.address_of(op) + 1);
}

// Runs traces from `op` on; returns the word to interpret next, or nullptr at a boundary.
const MicroOp* run_traces(jit::State& state, jit::Translation& translation, unsigned address) {
  Machine& m = state.machine;
  for (;;) {
    if (!translation.has_trace(address)) return &m.code->ops[address];
    state.remaining = static_cast<int64_t>(m.budget) - static_cast<int64_t>(m.elapsed());
    const auto [how, next] = translation.run(state, address);
    m.bubbles = m.budget - static_cast<uint64_t>(state.remaining) - m.instructions;
    switch (how) {
      case jit::Return::kGoOn:
        if (next > m.code->words.size()) return m.fault_at(FaultKind::kPcOutOfRange, next);
        address = next;
        continue;
      case jit::Return::kInterpret:
        return m.go_to(next);
      case jit::Return::kSwapCommand:
        m.command.slot = static_cast<uint8_t>(m.slot_number());
        m.sleep(m.command.signal_mask(), false);
        return m.stop(StopReason::kCommand, next);
      case jit::Return::kIndirectCommand:
        return issue_indirect(m, m.code->ops[next]);
      case jit::Return::kCommand:
        m.command.slot = static_cast<uint8_t>(m.slot_number());
        return m.stop(StopReason::kCommand, next);
    }
  }
}

void execute(JitState& jit, const MicroOp* op) {
  Machine& m = jit.state.machine;
  while (op != nullptr) {
    if (jit.translation && m.pending.kind == Pending::kNone && m.mirror_points.empty()) {
      op = run_traces(jit.state, *jit.translation, m.address_of(*op));
      if (op == nullptr) return;
    }
    m.plan_stop();
    op = m.step(op);
  }
}

}  // namespace

Jit::Jit() : state_(std::make_unique<JitState>()) { state_->state.machine.clear_code(); }
Jit::~Jit() = default;

bool Jit::is_available() {
  static const bool kAvailable = jit::Translation::create({}) != nullptr;
  return kAvailable;
}

void Jit::set_code(const CodeStore& code) {
  state_->state.machine.set_code(code.decoded());
  std::shared_ptr<jit::Translation>& shared = code.decoded().translation;
  if (!shared && is_available()) shared = jit::Translation::create(code.decoded());
  state_->translation = shared;
}

void Jit::reset(uint16_t pc, uint8_t slot_mask, uint64_t seed, unsigned number) {
  state_->state.machine.reset(pc, slot_mask, seed, number);
}

Step Jit::run(uint64_t now_cycles, uint32_t budget) {
  Machine& m = state_->state.machine;
  if (!m.begin(now_cycles, budget)) return {};
  state_->state.deadline = m.occupied + budget;
  execute(*state_, m.go_to(m.slot->state.pc));
  return m.end();
}

const MemoryCommand& Jit::command() const { return state_->state.machine.command; }
const Fault& Jit::fault() const { return state_->state.machine.fault; }
void Jit::signal(unsigned slot, uint16_t mask) { state_->state.machine.signal(slot, mask); }
ContextState& Jit::context(unsigned slot) { return state_->state.machine.open_context(slot); }
std::span<uint32_t, kLmWords> Jit::local_memory() { return state_->state.machine.lm; }
Flags Jit::flags() const { return state_->state.machine.flags(); }
unsigned Jit::ready_slots() const { return state_->state.machine.ready_slots(); }

}  // namespace fpc
