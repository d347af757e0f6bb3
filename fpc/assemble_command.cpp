// The text of commands: mem[read32_swap, $xfer_0, gprA_4, 0xc, 1], cls[31.2, ...], cmd[0x...].
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "fpc/assemble_insn.h"
#include "fpc/modifiers.h"

namespace fpc {
namespace {

// "name.token" or "action.token" of rows that stand for several.
struct DottedName {
  std::string_view name, token;
};

DottedName split_at_dot(std::string_view text) {
  const size_t dot = text.find('.');
  if (dot == std::string_view::npos) return {text, {}};
  return {text.substr(0, dot), text.substr(dot + 1)};
}

unsigned action_limit(Format format) {
  for (const FieldSpec& field : kFields) {
    if (field.format == format && field.field == Field::kAction) return (1u << field.width) - 1;
  }
  return 0;
}

void read_action(StatementReader& reader, const InsnSpec& row, const DottedName& name, Insn& insn) {
  insn.op = row.op;
  insn.token = static_cast<uint8_t>(reader.number(name.token, 0, 3, "token"));
  if (const unsigned most = action_limit(row.format); most != 0) {
    insn.action = static_cast<uint8_t>(reader.number(name.name, 0, most, "action"));
  }
}

// The row of a mem operation and whether its name says that the operand has 64 bits.
const InsnSpec* find_mem_row(std::string_view operation, bool& wide) {
  for (const InsnSpec& row : kInsnSpecs) {
    if (row.format != Format::kMem) continue;
    wide = row.has(flag::kWide64) && wide_mnemonic(row) == operation;
    if (wide || row.mnemonic == operation) return &row;
  }
  return nullptr;
}

void read_mem_operation(StatementReader& reader, Insn& insn) {
  const std::string_view operation = reader.argument(0);
  bool wide = false;
  if (const InsnSpec* row = find_mem_row(operation, wide)) {
    insn.op = row->op;
    if (row->has(flag::kWide64) && wide != ((insn.count & kCount64) != 0)) {
      reader.fail(
          fmt::format("{} cannot have a count of {}, a 64-bit operand has 5 to 8 and others 1 to 4",
                      operation, insn.count + 1));
    }
    return;
  }
  const DottedName name = split_at_dot(operation);
  if (name.token.empty()) return reader.fail(fmt::format("mem has no operation '{}'", operation));
  for (const InsnSpec& row : kInsnSpecs) {
    if (row.format == Format::kMemToken && row.mnemonic == name.name) {
      return read_action(reader, row, name, insn);
    }
  }
  read_action(reader, spec(Op::kMemOther), name, insn);
}

bool can_be_left_only(const Operand& operand) {
  return !is_gpr(operand, Bank::kB) && !is_constant(operand);
}

// a, b  or  high, <<8, low: the left operand is a bank A register, the right one of bank B or a constant.
void read_address(StatementReader& reader, Insn& insn) {
  const bool wide = reader.count() == 6;
  const Operand first = reader.operand(2);
  const Operand second = reader.operand(wide ? 4 : 3);
  insn.a = first;
  insn.b = second;
  insn.address_mode = AddressMode::kAPlusB;
  if (!wide) return;
  if (reader.argument(3) != "<<8") {
    return reader.fail(fmt::format("'{}' stands where <<8 must stand", reader.argument(3)));
  }
  insn.address_mode = AddressMode::kAShift8PlusB;
  const bool first_is_right =
      is_gpr(first, Bank::kB) || (is_constant(first) && can_be_left_only(second));
  if (!first_is_right) return;
  insn.a = second;
  insn.b = first;
  insn.address_mode = AddressMode::kBShift8PlusA;
}

void read_transfer(StatementReader& reader, Insn& insn) {
  const Operand xfer = reader.operand(1);
  if (reader.failed()) return;
  if (xfer.kind != OperandKind::kXfer || xfer.value > 63) {
    return reader.fail(
        fmt::format("'{}' is no transfer register $xfer_0 to $xfer_63", reader.argument(1)));
  }
  insn.xfer = static_cast<uint8_t>(xfer.value);
}

// The target's row when the word is one, nullptr otherwise.
const InsnSpec* find_target_row(std::string_view word) {
  for (const InsnSpec& row : kInsnSpecs) {
    if (action_limit(row.format) != 0 && row.op != Op::kMemOther && row.mnemonic == word)
      return &row;
  }
  return nullptr;
}

}  // namespace

bool read_command(StatementReader& reader, Insn& insn) {
  const InsnSpec* target = find_target_row(reader.word());
  if (reader.word() == spec(Op::kCmdOther).mnemonic) {
    insn.op = Op::kCmdOther;
    if (reader.expect_count(1, 1))
      insn.reserved = static_cast<Word>(reader.value(reader.argument(0)));
    return true;
  }
  if (target == nullptr && reader.word() != "mem") return false;
  if (!reader.expect_count(5, 6)) return true;
  read_transfer(reader, insn);
  read_address(reader, insn);
  const std::string_view count = reader.argument(reader.count() - 1);
  insn.count = static_cast<uint8_t>(reader.number(count, 1, 8, "count") - 1);
  if (target != nullptr) {
    read_action(reader, *target, split_at_dot(reader.argument(0)), insn);
  } else {
    read_mem_operation(reader, insn);
  }
  return true;
}

}  // namespace fpc
