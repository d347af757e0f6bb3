// Words to text: every word that decodes gets a text that assembles to the same word.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "fpc/assembler.h"
#include "fpc/ecc.h"
#include "fpc/insn_text.h"
#include "fpc/modifiers.h"

namespace fpc {
namespace {

// Up to indirect_ref, in the order of objdump.
std::string flag_modifiers(const InsnSpec& row, const Insn& insn) {
  std::string text;
  for (const FlagModifier& flag : kFlagModifiers) {
    if (has_field(row.format, flag.field) && insn.*flag.member)
      text += fmt::format(", {}", flag.word);
  }
  return text;
}

std::string command_modifiers(const Insn& insn) {
  std::string text;
  if (insn.swap_mode != CommandSwap::kNoSwap) {
    text += fmt::format(", ctx_swap[sig{}]", insn.signal);
  } else if (insn.signal != 0) {
    text += fmt::format(", sig_done[sig{}]", insn.signal);
  }
  if (insn.swap_mode == CommandSwap::kSwapDefer1) text += ", defer[1]";
  if (insn.swap_mode == CommandSwap::kSwapDefer2) text += ", defer[2]";
  if (!shown_by_operands(insn.address_mode)) {
    text += fmt::format(", mode[{}]", static_cast<unsigned>(insn.address_mode));
  }
  return text;
}

std::string branch_modifiers(const InsnSpec& row, const Insn& insn) {
  std::string text;
  if (insn.ev_pip != usual_ev_pip(row)) text += fmt::format(", ev[{}]", insn.ev_pip);
  if (!row.has(flag::kReadsState) && insn.state != kUsualState) {
    text += fmt::format(", css[{}]", insn.state);
  }
  return text;
}

std::string modifiers(const Insn& insn) {
  const InsnSpec& row = spec(insn.op);
  std::string text = flag_modifiers(row, insn);
  if (has_address(row.format)) text += command_modifiers(insn);
  if (has_field(row.format, Field::kDefer) && insn.defer != 0) {
    text += fmt::format(", defer[{}]", insn.defer);
  }
  if (row.format == Format::kBranch) text += branch_modifiers(row, insn);
  if (insn.swap && !natural_swap(row, insn)) text += ", swapped";
  if (insn.reserved != 0 && row.format != Format::kRaw)
    text += fmt::format(", bits[{:#x}]", insn.reserved);
  return text;
}

}  // namespace

std::string disassemble(Word word) {
  const base::Result<Insn> insn = decode(word);
  if (!insn) return fmt::format("<illegal {:#x}>", word & kInsnMask);
  return insn_text(*insn) + modifiers(*insn);
}

}  // namespace fpc
