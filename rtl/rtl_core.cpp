// Drives the verilated core from boundary to boundary and keeps the copies that callers see.
// SPDX-License-Identifier: Apache-2.0
#include "rtl/rtl_core.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>
#include <vector>

#include "fpc/code_store.h"
#include "fpc/isa.h"
#include "fpc/memory.h"
#include "rtl/core_model.h"

namespace rtl {

using fpc::ContextState;
using fpc::kLmWords;
using fpc::kSlots;
using fpc::Step;
using fpc::StopReason;

namespace {

// A word comes at the latest so many cycles after the last one; more is a core that hangs.
constexpr unsigned kMostIdleCycles = 16;

// Copies of what callers see, and the run loop.
struct State {
  CoreModel model;
  const fpc::CodeStore* code = nullptr;
  fpc::MemoryCommand command;
  fpc::Fault fault;
  std::function<void(const Retired&)> listener;
  uint64_t occupied = 0;  // cycles of all runs before this one

  // Copies, and what the hardware has: they differ where a caller changed something.
  std::array<ContextState, kSlots> copies, known;
  std::array<uint32_t, kLmWords> lm_copy{}, lm_known{};
  unsigned opened = 0;  // slots whose copies somebody may hold
  bool lm_opened = false;

  void open(unsigned slot) {
    if ((opened >> slot & 1) != 0) return;
    opened |= 1u << slot;
    model.read(slot, copies[slot]);
    known[slot] = copies[slot];
  }

  void refresh() {
    for (unsigned s = 0; s < kSlots; ++s) {
      if ((opened >> s & 1) == 0) continue;
      model.read(s, copies[s]);
      known[s] = copies[s];
    }
    if (!lm_opened) return;
    std::ranges::copy(model.local_memory(), lm_copy.begin());
    lm_known = lm_copy;
  }

  // What callers have changed goes into the hardware.
  void flush() {
    bool changed = false;
    for (unsigned s = 0; s < kSlots; ++s) {
      if ((opened >> s & 1) == 0 || copies[s] == known[s]) continue;
      for (unsigned n = 0; n < fpc::kXferRegs; ++n)
        if (copies[s].xfer_in[n] != known[s].xfer_in[n]) model.push(s, n, copies[s].xfer_in[n]);
      if (!differs_in_xfer_in_only(s)) {
        model.write(s, copies[s]);
        changed = true;
      }
      known[s] = copies[s];
    }
    if (lm_opened && lm_copy != lm_known) {
      std::ranges::copy(lm_copy, model.local_memory().begin());
      lm_known = lm_copy;
      changed = true;
    }
    if (changed) model.settle();
  }

  bool differs_in_xfer_in_only(unsigned slot) const {
    ContextState same = copies[slot];
    same.xfer_in = known[slot].xfer_in;
    return same == known[slot];
  }

  void take_command() {
    command = model.command();
    if (!command.swaps) {
      // The contract shows the next word; a pending branch may have moved the hardware on.
      open(command.slot);
      copies[command.slot].pc = static_cast<uint16_t>(model.retired_address() + 1);
      known[command.slot].pc = copies[command.slot].pc;
    }
    if (!fpc::spec(command.op).has(fpc::flag::kReadsXfer)) return;
    open(command.slot);
    ContextState& context = copies[command.slot];
    const unsigned end = command.xfer + fpc::xfer_registers(command);
    for (unsigned n = command.xfer; n < end; ++n) {
      context.xfer_out[n] = model.pull(command.slot, n);
      known[command.slot].xfer_out[n] = context.xfer_out[n];
    }
  }

  void take_fault() {
    fault = model.fault();
    const bool is_there =
        fault.kind != fpc::FaultKind::kPcOutOfRange && fault.address < code->size();
    fault.word = is_there ? code->word(fault.address) : 0;
  }

  std::span<uint32_t, kLmWords> open_lm() {
    if (!lm_opened) std::ranges::copy(model.local_memory(), lm_copy.begin());
    if (!lm_opened) lm_known = lm_copy;
    lm_opened = true;
    return lm_copy;
  }

  void signal(unsigned slot, uint16_t mask) {
    assert(slot < kSlots && "slot outside 0..3");
    flush();
    model.signal(slot, mask);
    if ((opened >> slot & 1) == 0) return;
    const uint16_t pc = copies[slot].pc;  // the contract's, see take_command()
    model.read(slot, copies[slot]);
    copies[slot].pc = pc;
    known[slot] = copies[slot];
  }

  Step run(uint64_t now, uint32_t budget);
  Step stop(StopReason reason, unsigned slot, uint64_t cycles, uint64_t instructions) {
    occupied += cycles;
    refresh();
    if (reason == StopReason::kCommand) take_command();
    if (reason == StopReason::kFault) take_fault();
    return {reason, static_cast<uint8_t>(slot), cycles, instructions};
  }
};

Step State::run(uint64_t now, uint32_t budget) {
  flush();
  if (!model.is_running() && model.ready_slots() == 0) return {};
  uint64_t cycles = 0, instructions = 0;
  for (unsigned idle = 0; idle < kMostIdleCycles;) {
    const CoreModel::Cycle cycle = model.clock(now + cycles, cycles >= budget);
    idle = cycle.busy ? 0 : idle + 1;
    cycles += cycle.busy ? 1 : 0;
    if (cycle.retired) {
      ++instructions;
      if (listener) {
        Retired word = model.retired();
        word.cycle = occupied + cycles;
        listener(word);
      }
    }
    const unsigned slot = model.current_slot();
    if (cycle.fault) return stop(StopReason::kFault, slot, cycles, instructions);
    if (cycle.command) return stop(StopReason::kCommand, slot, cycles, instructions);
    if (cycle.swapped) return stop(StopReason::kSwapped, slot, cycles, instructions);
    if (cycle.sync && cycles != 0) return stop(StopReason::kSync, slot, cycles, instructions);
  }
  assert(false && "the core does not move");
  return {};
}

class VerilatedCore final : public RtlCore {
 public:
  void set_code(const fpc::CodeStore& code) override {
    std::vector<fpc::Word> words(code.size());
    for (unsigned at = 0; at < words.size(); ++at) words[at] = code.word(at);
    state_.code = &code;
    state_.flush();
    state_.model.load(words);
  }

  void reset(uint16_t pc, uint8_t slot_mask, uint64_t seed, unsigned number) override {
    state_.model.reset(pc, slot_mask, seed, number);
    state_.occupied = 0;
    state_.refresh();
  }

  Step run(uint64_t now_cycles, uint32_t budget) override { return state_.run(now_cycles, budget); }
  const fpc::MemoryCommand& command() const override { return state_.command; }
  const fpc::Fault& fault() const override { return state_.fault; }
  void signal(unsigned slot, uint16_t mask) override { state_.signal(slot, mask); }

  ContextState& context(unsigned slot) override {
    assert(slot < kSlots && "slot outside 0..3");
    state_.open(slot);
    return state_.copies[slot];
  }

  std::span<uint32_t, kLmWords> local_memory() override { return state_.open_lm(); }
  fpc::Flags flags() const override { return state_.model.flags(); }

  unsigned ready_slots() const override {
    state_.flush();
    return state_.model.ready_slots();
  }

  void on_retire(std::function<void(const Retired&)> listener) override {
    state_.listener = std::move(listener);
  }
  bool record_waves(const std::string& path) override { return state_.model.record_waves(path); }
  uint64_t clock_cycles() const override { return state_.model.cycles(); }
  uint64_t corrected_words() const override { return state_.model.corrected_words(); }
  void inject(unsigned number) override { state_.model.inject(number); }
  bool write_coverage(const std::string& path) const override {
    return state_.model.write_coverage(path);
  }

 private:
  mutable State state_;
};

}  // namespace

bool is_available() { return true; }

std::unique_ptr<RtlCore> make_core() { return std::make_unique<VerilatedCore>(); }

}  // namespace rtl
