// Runs both, word by word and boundary by boundary.
// SPDX-License-Identifier: Apache-2.0
#include "rtl/lockstep.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include "fpc/assembler.h"
#include "fpc/code_store.h"
#include "fpc/interpreter_p.h"
#include "rtl/state_text.h"

namespace rtl {

using fpc::kLmWords;
using fpc::kSlots;
using fpc::Step;
using fpc::StopReason;

namespace {

constexpr size_t kLastWords = 20;

}  // namespace

Lockstep::Lockstep(std::unique_ptr<RtlCore> rtl)
    : law_(std::make_unique<fpc::Machine>()), rtl_(std::move(rtl)) {
  assert(rtl_ && "lockstep needs a model of the core");
  law_->clear_code();
  rtl_->on_retire([this](const Retired& word) { retired_.push_back(word); });
}

Lockstep::~Lockstep() = default;

void Lockstep::set_code(const fpc::CodeStore& code) {
  law_->set_code(code.decoded());
  rtl_->set_code(code);
}

void Lockstep::reset(uint16_t pc, uint8_t slot_mask, uint64_t seed, unsigned number) {
  law_->reset(pc, slot_mask, seed, number);
  rtl_->reset(pc, slot_mask, seed, number);
  words_ = 0;
  last_.clear();
  (void)rtl_->local_memory();
}

// What the caller has changed in the law's registers.
void Lockstep::give_state() {
  for (unsigned s = 0; s < kSlots; ++s) {
    fpc::ContextState& there = rtl_->context(s);
    if (there != law_->slots[s].state) there = law_->slots[s].state;
  }
  const std::span<uint32_t, kLmWords> there = rtl_->local_memory();
  if (!std::ranges::equal(there, law_->lm)) std::ranges::copy(law_->lm, there.begin());
}

Step Lockstep::run(uint64_t now_cycles, uint32_t budget) {
  if (difference_) return {};
  give_state();
  retired_.clear();
  const Step there = rtl_->run(now_cycles, budget);
  const Step here = run_law(now_cycles, budget);
  const Retired at =
      retired_.empty() ? Retired{}
                       : retired_[std::min(compared_, retired_.size()) - (compared_ != 0 ? 1 : 0)];
  if (mismatch_.empty()) mismatch_ = compare_stop(here, there);
  if (mismatch_.empty()) mismatch_ = compare_state();
  if (!mismatch_.empty()) return differ(std::move(mismatch_), at);
  return here;
}

// Steps through the law's words beside those that the RTL has retired.
Step Lockstep::run_law(uint64_t now_cycles, uint32_t budget) {
  fpc::Machine& m = *law_;
  mismatch_.clear();
  compared_ = 0;
  if (!m.begin(now_cycles, budget)) return {};
  m.plan_stop();
  for (const fpc::MicroOp* op = m.go_to(m.slot->state.pc); op != nullptr;) {
    const uint64_t before = m.instructions;
    op = m.step(op);
    if (m.instructions == before || !mismatch_.empty()) continue;
    if (compared_ == retired_.size()) {
      mismatch_ = "the interpreter executes a word more than the RTL";
      continue;
    }
    const Retired& word = retired_[compared_++];
    mismatch_ = compare_word(word);
    ++words_;
    last_.push_back(word);
    if (last_.size() > kLastWords) last_.pop_front();
    if (listener_ && mismatch_.empty()) listener_(word);
  }
  return m.end();
}

std::string Lockstep::compare_word(const Retired& word) const {
  const fpc::Machine& m = *law_;
  const unsigned address = m.address_of(*m.previous);
  if (address != word.address || m.slot_number() != word.slot) {
    return fmt::format("word {} of context {} executes, the interpreter is at {} of context {}",
                       word.address, 2 * word.slot, address, 2 * m.slot_number());
  }
  if (m.flags() != word.flags) {
    return fmt::format("flags are {}, the interpreter has {}", flags_text(word.flags),
                       flags_text(m.flags()));
  }
  if (m.prev_r != word.prev_r) {
    return fmt::format("PREV_R is {:#x}, the interpreter has {:#x}", word.prev_r, m.prev_r);
  }
  if (m.prev_a != word.prev_a) {
    return fmt::format("PREV_A is {:#x}, the interpreter has {:#x}", word.prev_a, m.prev_a);
  }
  const uint32_t* there = written_register(m, word);
  if (there == nullptr || *there == word.result) return {};
  return fmt::format("{} is {:#x}, the interpreter has {:#x}", destination_text(word), word.result,
                     *there);
}

std::string Lockstep::compare_stop(const Step& law, const Step& rtl) const {
  if (compared_ != retired_.size()) return "the RTL executes a word more than the interpreter";
  if (law.reason != rtl.reason || law.slot != rtl.slot || law.cycles != rtl.cycles ||
      law.instructions != rtl.instructions) {
    return fmt::format("stop is {}, the interpreter's is {}", step_text(rtl), step_text(law));
  }
  if (law.reason == StopReason::kFault) {
    const fpc::Fault &x = law_->fault, &y = rtl_->fault();
    if (x.kind != y.kind || x.address != y.address || x.slot != y.slot || x.word != y.word)
      return fmt::format("fault is {}, the interpreter's is {}", fault_text(y), fault_text(x));
  }
  if (law.reason == StopReason::kCommand &&
      command_text(law_->command) != command_text(rtl_->command())) {
    return fmt::format("command is {}, the interpreter's is {}", command_text(rtl_->command()),
                       command_text(law_->command));
  }
  return {};
}

std::string Lockstep::compare_state() {
  for (unsigned s = 0; s < kSlots; ++s) {
    const fpc::ContextState &law = law_->slots[s].state, &rtl = rtl_->context(s);
    if (law != rtl) return fmt::format("context {}: {}", 2 * s, first_difference(law, rtl));
  }
  const std::span<const uint32_t, kLmWords> there = rtl_->local_memory();
  const auto [x, y] = std::ranges::mismatch(law_->lm, there);
  if (x != law_->lm.end()) {
    return fmt::format("local memory word {} is {:#x}, the interpreter has {:#x}",
                       x - law_->lm.begin(), *y, *x);
  }
  if (law_->flags() != rtl_->flags()) return "flags differ";
  if (law_->ready_slots() != rtl_->ready_slots()) return "ready contexts differ";
  return {};
}

Step Lockstep::differ(std::string what, const Retired& at) {
  Difference found{std::move(what), at.slot, at.address, words_, rtl_->clock_cycles(), {}};
  found.text = describe(found);
  difference_ = std::move(found);
  return {};
}

std::string Lockstep::describe(const Difference& found) const {
  std::string text =
      fmt::format("after word {} of context {} at {}, clock cycle {}: {}\n", found.word_number,
                  2 * found.slot, found.address, found.clock_cycle, found.what);
  text += "last words:\n";
  for (const Retired& word : last_) text += "  " + word_text(word) + "\n";
  text += "interpreter:\n" + state_text(law_->slots[found.slot].state);
  text += "rtl:\n" + state_text(rtl_->context(found.slot));
  return text;
}

const fpc::MemoryCommand& Lockstep::command() const { return law_->command; }
const fpc::Fault& Lockstep::fault() const { return law_->fault; }

void Lockstep::signal(unsigned slot, uint16_t mask) {
  if (difference_) return;
  give_state();
  law_->signal(slot, mask);
  rtl_->signal(slot, mask);
}

fpc::ContextState& Lockstep::context(unsigned slot) { return law_->open_context(slot); }
std::span<uint32_t, kLmWords> Lockstep::local_memory() { return law_->lm; }
fpc::Flags Lockstep::flags() const { return law_->flags(); }
unsigned Lockstep::ready_slots() const { return difference_ ? 0 : law_->ready_slots(); }

}  // namespace rtl
