// The words behind an instruction's closing bracket (fpc/modifiers.h lists them).
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "fpc/assemble_insn.h"
#include "fpc/modifiers.h"

namespace fpc {
namespace {

void read_flags(StatementReader& reader, const InsnSpec& row, Insn& insn) {
  for (const FlagModifier& flag : kFlagModifiers) {
    if (has_field(row.format, flag.field) && reader.take_flag(flag.word)) insn.*flag.member = true;
  }
}

// The value of modifier `word`, or `otherwise` without it.
unsigned read_number(StatementReader& reader, std::string_view word, unsigned most,
                     unsigned otherwise) {
  const TextItem* modifier = reader.take_modifier(word);
  if (modifier == nullptr) return otherwise;
  return reader.number(reader.only_argument(*modifier), 0, most, word);
}

void read_command_modifiers(StatementReader& reader, Insn& insn) {
  insn.swap_mode = CommandSwap::kNoSwap;
  if (const TextItem* swap = reader.take_modifier("ctx_swap")) {
    insn.signal = static_cast<uint8_t>(reader.signal(reader.only_argument(*swap), "signal"));
    const unsigned defer = read_number(reader, "defer", 2, 0);
    insn.swap_mode = static_cast<CommandSwap>(defer);
  } else if (const TextItem* done = reader.take_modifier("sig_done")) {
    insn.signal = static_cast<uint8_t>(reader.signal(reader.only_argument(*done), "signal"));
  }
  const auto mode = static_cast<unsigned>(insn.address_mode);
  insn.address_mode = static_cast<AddressMode>(read_number(reader, "mode", 7, mode));
}

void read_branch_modifiers(StatementReader& reader, const InsnSpec& row, Insn& insn) {
  insn.ev_pip = static_cast<uint8_t>(read_number(reader, "ev", 3, usual_ev_pip(row)));
  if (row.has(flag::kReadsState)) return;
  insn.state = static_cast<uint8_t>(read_number(reader, "css", 15, kUsualState));
}

// Without the spare bits the word must be right already, so that they cannot hide a mistake.
void read_bits(StatementReader& reader, Insn& insn) {
  const TextItem* bits = reader.take_modifier("bits");
  if (bits != nullptr) insn.reserved = static_cast<Word>(reader.value(reader.only_argument(*bits)));
}

}  // namespace

void read_modifiers(StatementReader& reader, Insn& insn) {
  const InsnSpec& row = spec(insn.op);
  read_flags(reader, row, insn);
  if (has_address(row.format)) read_command_modifiers(reader, insn);
  if (has_field(row.format, Field::kDefer)) {
    insn.defer = static_cast<uint8_t>(read_number(reader, "defer", 3, 0));
  }
  if (row.format == Format::kBranch) read_branch_modifiers(reader, row, insn);
  const bool may_swap = has_two_sources(row.format) || has_register_and_constant(row.format) ||
                        row.format == Format::kLdField;
  if (may_swap && reader.take_flag("swapped")) insn.swap = true;
  read_bits(reader, insn);
  const TextItem* left = reader.next_modifier();
  if (left == nullptr) return;
  if (reader.took_modifier(left->word)) {
    reader.fail(fmt::format("'{}' stands twice", left->word));
  } else {
    reader.fail(fmt::format("'{}' does not belong to {}", left->word, reader.word()));
  }
}

}  // namespace fpc
