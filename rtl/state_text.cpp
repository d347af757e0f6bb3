// Text of states.
// SPDX-License-Identifier: Apache-2.0
#include "rtl/state_text.h"

#include <fmt/format.h>

#include "fpc/assembler.h"
#include "fpc/interpreter_p.h"
#include "fpc/isa.h"

namespace rtl {
namespace {

using fpc::kRelativeGprs;
using fpc::kXferRegs;

const char* reason_text(fpc::StopReason reason) {
  switch (reason) {
    case fpc::StopReason::kCommand:
      return "command";
    case fpc::StopReason::kSwapped:
      return "swapped";
    case fpc::StopReason::kSync:
      return "signal test";
    case fpc::StopReason::kIdle:
      return "idle";
    case fpc::StopReason::kFault:
      return "fault";
  }
  return "";
}

template <typename Registers>
std::string differing(const char* name, const Registers& law, const Registers& rtl) {
  for (size_t n = 0; n < law.size(); ++n) {
    if (law[n] != rtl[n])
      return fmt::format("{}{} is {:#x}, the interpreter has {:#x}", name, n, rtl[n], law[n]);
  }
  return {};
}

template <typename Registers>
std::string table(const char* name, const Registers& registers) {
  constexpr size_t kPerLine = 8;
  std::string text;
  for (size_t n = 0; n < registers.size(); ++n) {
    if (n % kPerLine == 0) text += fmt::format("{}  {:>7}{:<2}", n == 0 ? "" : "\n", name, n);
    text += fmt::format(" {:08x}", registers[n]);
  }
  return text + "\n";
}

}  // namespace

std::string flags_text(fpc::Flags flags) {
  std::string text;
  if (flags.n) text += "n ";
  if (flags.z) text += "z ";
  if (flags.c) text += "c ";
  if (flags.v) text += "v ";
  return text.empty() ? "none" : text.substr(0, text.size() - 1);
}

std::string step_text(const fpc::Step& step) {
  return fmt::format("{} of context {} after {} words in {} cycles", reason_text(step.reason),
                     2 * step.slot, step.instructions, step.cycles);
}

std::string fault_text(const fpc::Fault& fault) {
  return fmt::format("\"{}\" of context {} at word {} ({:#x})", to_string(fault.kind),
                     2 * fault.slot, fault.address, fault.word);
}

std::string command_text(const fpc::MemoryCommand& command) {
  return fmt::format(
      "{} of context {}: address {:#x}{}, length {}, $xfer_{}, signal {}{}{}{}",
      fpc::spec(command.op).mnemonic, 2 * command.slot, command.address,
      command.wide ? " (40 bits)" : "", command.length, command.xfer, command.signal,
      command.swaps ? ", swaps" : "", command.is64 ? ", 64 bits" : "",
      command.has_data16 ? fmt::format(", data {:#x}", command.data16) : std::string());
}

std::string destination_text(const Retired& word) {
  switch (word.kind) {
    case Retired::Kind::kNone:
      return "--";
    case Retired::Kind::kGpr:
      return fmt::format("context {} {}{}{}", 2 * (word.number / kRelativeGprs),
                         word.bank_b ? "b" : "a", word.number % kRelativeGprs,
                         word.both ? " (both banks)" : "");
    case Retired::Kind::kXfer:
      return fmt::format("context {} xfer_out{}", 2 * (word.number / kXferRegs),
                         word.number % kXferRegs);
    case Retired::Kind::kLm:
      return fmt::format("local memory word {}", word.number);
  }
  return "";
}

std::string word_text(const Retired& word) {
  std::string text =
      fmt::format("cycle {:>8} ctx {} {:>5}: {:<52} a {:08x} b {:08x}", word.cycle, 2 * word.slot,
                  word.address, fpc::disassemble(word.word), word.a, word.b);
  if (word.kind != Retired::Kind::kNone)
    text += fmt::format(" -> {} = {:08x}", destination_text(word), word.result);
  return text + fmt::format(" [{}]", flags_text(word.flags));
}

std::string state_text(const fpc::ContextState& state) {
  return fmt::format("  pc {} signals {:04x} wakeup {:04x}{}{}\n", state.pc, state.signals,
                     state.wakeup, state.asleep ? " asleep" : "",
                     state.enabled ? "" : " disabled") +
         table("a", state.a) + table("b", state.b) + table("lm_addr", state.lm_addr) +
         table("in", state.xfer_in) + table("out", state.xfer_out);
}

std::string first_difference(const fpc::ContextState& law, const fpc::ContextState& rtl) {
  for (const std::string& found : {differing("a", law.a, rtl.a), differing("b", law.b, rtl.b),
                                   differing("xfer_in", law.xfer_in, rtl.xfer_in),
                                   differing("xfer_out", law.xfer_out, rtl.xfer_out),
                                   differing("lm_addr", law.lm_addr, rtl.lm_addr)}) {
    if (!found.empty()) return found;
  }
  const auto line = [](const fpc::ContextState& state) {
    const std::string text = state_text(state);
    return text.substr(2, text.find('\n') - 2);
  };
  return fmt::format("{}, the interpreter has {}", line(rtl), line(law));
}

const uint32_t* written_register(const fpc::Machine& law, const Retired& word) {
  switch (word.kind) {
    case Retired::Kind::kNone:
      return nullptr;
    case Retired::Kind::kGpr: {
      const fpc::ContextState& state = law.slots[word.number / kRelativeGprs].state;
      const unsigned number = word.number % kRelativeGprs;
      return word.bank_b ? &state.b[number] : &state.a[number];
    }
    case Retired::Kind::kXfer:
      return &law.slots[word.number / kXferRegs].state.xfer_out[word.number % kXferRegs];
    case Retired::Kind::kLm:
      return &law.lm[word.number];
  }
  return nullptr;
}

}  // namespace rtl
