// The loop between translated traces and interpreted words.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/jit/jit.h"

#include "fpc/interpreter_handlers.h"
#include "fpc/jit/translation.h"

namespace fpc {

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

// Runs traces from `address` on; returns the word to interpret next, or nullptr at a boundary.
const MicroOp* run_traces(Machine& m, jit::Translation& translation, unsigned address) {
  for (;;) {
    if (!translation.has_trace(address)) return &m.code->ops[address];
    m.remaining = static_cast<int64_t>(m.budget) - static_cast<int64_t>(m.elapsed());
    const auto [how, next] = translation.run(m, address);
    m.bubbles = m.budget - static_cast<uint64_t>(m.remaining) - m.instructions;
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

void execute(Machine& m) {
  jit::Translation* const translation = m.code->translation.get();
  if (translation == nullptr) return m.interpret();
  const size_t words = m.code->words.size();
  for (unsigned address = m.slot->state.pc;;) {
    const bool is_translated =
        m.pending.kind == Pending::kNone && !m.checks_mirrors && address <= words;
    const MicroOp* op = is_translated ? run_traces(m, *translation, address) : m.go_to(address);
    if (op == nullptr) return;
    m.plan_stop();
    op = m.step(op);
    if (op == nullptr) return;
    address = m.address_of(*op);
  }
}

}  // namespace

Jit::Jit() { machine_.clear_code(); }

bool Jit::is_available() {
  static const bool kAvailable = jit::Translation::create({}) != nullptr;
  return kAvailable;
}

void Jit::set_code(const CodeStore& code) {
  std::shared_ptr<jit::Translation>& shared = code.decoded().translation;
  if (!shared && is_available()) shared = jit::Translation::create(code.decoded());
  machine_.set_code(code.decoded());
}

void Jit::reset(uint16_t pc, uint8_t slot_mask, uint64_t seed, unsigned number) {
  machine_.reset(pc, slot_mask, seed, number);
}

[[gnu::hot]] Step Jit::run(uint64_t now_cycles, uint32_t budget) {
  Machine& m = machine_;
  if (!m.begin(now_cycles, budget)) return {};
  m.deadline = m.occupied + budget;
  execute(m);
  return m.end();
}

const MemoryCommand& Jit::command() const { return machine_.command; }
const Fault& Jit::fault() const { return machine_.fault; }
[[gnu::hot]] void Jit::signal(unsigned slot, uint16_t mask) { machine_.signal(slot, mask); }
[[gnu::hot]] ContextState& Jit::context(unsigned slot) { return machine_.open_context(slot); }
std::span<uint32_t, kLmWords> Jit::local_memory() { return machine_.lm; }
Flags Jit::flags() const { return machine_.flags(); }
unsigned Jit::ready_slots() const { return machine_.ready_slots(); }

}  // namespace fpc
