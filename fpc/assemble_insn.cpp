// One instruction's text to an instruction: a function per first word.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/assemble_insn.h"

#include <fmt/format.h>

#include "fpc/modifiers.h"

namespace fpc {
namespace {

void read_alu(StatementReader& reader, Insn& insn) {
  if (!reader.expect_count(4, 4)) return;
  insn.op = reader.row(Format::kAlu, reader.argument(2));
  insn.dst = reader.operand(0);
  insn.a = reader.operand(1);
  insn.b = reader.operand(3);
}

// The first row of that operation whose shift control, where the row fixes it, is the instruction's.
Op shf_row(StatementReader& reader, std::string_view mnemonic, const Insn& insn) {
  for (const InsnSpec& row : kInsnSpecs) {
    const auto control =
        static_cast<ShiftControl>(get<Format::kShf, Field::kShiftControl>(row.match));
    const bool fixed = row.format == Format::kShfFixed;
    if (fixed && control != insn.shift_control) continue;
    if ((fixed || row.format == Format::kShf) && row.mnemonic == mnemonic) return row.op;
  }
  reader.fail(fmt::format("{} has no operation '{}'", reader.word(), mnemonic));
  return {};
}

bool is_shift(std::string_view text) { return text.starts_with("<<") || text.starts_with(">>"); }

void read_alu_shf(StatementReader& reader, Insn& insn) {
  if (!reader.expect_count(4, 5)) return;
  if (reader.count() == 5) reader.shift(reader.argument(4), false, insn);
  insn.op = shf_row(reader, reader.argument(2), insn);
  insn.dst = reader.operand(0);
  insn.a = reader.operand(1);
  insn.b = reader.operand(3);
}

void read_dbl_shf(StatementReader& reader, Insn& insn) {
  if (!reader.expect_count(4, 4)) return;
  reader.shift(reader.argument(3), true, insn);
  insn.op = Op::kShfB;
  insn.dst = reader.operand(0);
  insn.a = reader.operand(1);
  insn.b = reader.operand(2);
}

// asr and byte_align: word[dst, b], each with a shift and a left operand or without.
void read_unary_shf(StatementReader& reader, Insn& insn) {
  if (!reader.expect_count(2, 4)) return;
  const bool shifts = is_shift(reader.argument(reader.count() - 1));
  const size_t operands = reader.count() - (shifts ? 1 : 0);
  if (operands != 2 && operands != 3) {
    return reader.fail(fmt::format("{} has {} operands beside its shift, it takes 2 to 3",
                                   reader.word(), operands));
  }
  if (shifts) reader.shift(reader.argument(operands), false, insn);
  insn.op = shf_row(reader, reader.word(), insn);
  insn.dst = reader.operand(0);
  if (operands == 3) insn.a = reader.operand(1);
  insn.b = reader.operand(operands - 1);
}

void read_ld_field(StatementReader& reader, Insn& insn) {
  if (!reader.expect_count(3, 4)) return;
  insn.op = Op::kLdField;
  insn.clear = reader.word() != "ld_field";
  insn.dst = reader.operand(0);
  insn.b = reader.operand(2);
  if (reader.count() == 4) reader.shift(reader.argument(3), false, insn);
  const std::string_view mask = reader.argument(1);
  if (mask.size() != 4 || mask.find_first_not_of("01") != std::string_view::npos) {
    return reader.fail(fmt::format("'{}' is no byte mask, that is four digits 0 or 1", mask));
  }
  for (const char digit : mask)
    insn.byte_mask = static_cast<uint8_t>(insn.byte_mask << 1 | (digit - '0'));
}

void read_immed(StatementReader& reader, Insn& insn) {
  insn.op = Op::kImmed;
  read_immediate(reader, insn);
}

void read_nop(StatementReader& reader, Insn& insn) {
  if (reader.expect_count(0, 0)) insn = nop();
}

void read_br_bit(StatementReader& reader, Insn& insn) {
  if (!reader.expect_count(3, 3)) return;
  insn.op = Op::kBrBit;
  insn.sense = reader.word() == "br_bset";
  insn.a = reader.operand(0);
  insn.bit = static_cast<uint8_t>(reader.number(reader.argument(1), 0, 31, "bit"));
  insn.target = reader.target(reader.argument(2));
}

void read_br_byte(StatementReader& reader, Insn& insn) {
  if (!reader.expect_count(4, 4)) return;
  insn.op = Op::kBrByte;
  insn.sense = reader.word() == "br=byte";
  insn.a = reader.operand(0);
  insn.byte = static_cast<uint8_t>(reader.number(reader.argument(1), 0, 3, "byte"));
  insn.b = reader.operand(2);
  insn.target = reader.target(reader.argument(3));
}

void read_rtn(StatementReader& reader, Insn& insn) {
  if (!reader.expect_count(1, 1)) return;
  insn.op = Op::kJump;
  insn.a = reader.operand(0);
}

void read_jump(StatementReader& reader, Insn& insn) {
  if (!reader.expect_count(2, 2)) return;
  insn.op = Op::kJump;
  insn.a = reader.operand(0);
  insn.immediate = static_cast<uint16_t>(reader.number(reader.argument(1), 0, 0xffff, "constant"));
}

void read_event(StatementReader& reader, std::string_view event, Insn& insn) {
  if (event == "--") return;
  if (event == "voluntary") {
    insn.event_mask |= 1;
  } else if (event == "any") {
    insn.arb_flags |= kArbAny;
  } else if (event == "bpt") {
    insn.arb_flags |= kArbBreakpoint;
  } else if (event == "kill") {
    insn.arb_flags &= static_cast<uint8_t>(~kArbNotKill);
  } else {
    insn.event_mask |= static_cast<uint16_t>(1u << reader.signal(event, "signal"));
  }
}

void read_ctx_arb(StatementReader& reader, Insn& insn) {
  if (!reader.expect_count(1, 20)) return;
  insn.op = Op::kCtxArb;
  insn.arb_flags = kArbNotKill;
  for (size_t at = 0; at < reader.count(); ++at) read_event(reader, reader.argument(at), insn);
  const TextItem* branch = reader.take_modifier("br");
  const TextItem* target = branch != nullptr ? branch : reader.take_modifier("target");
  if (branch != nullptr) insn.arb_flags |= kArbBranch;
  if (target != nullptr) insn.target = reader.target(reader.only_argument(*target));
}

// The step is the modifier that names one.
void read_mul_step(StatementReader& reader, Insn& insn) {
  if (!reader.expect_count(1, 2)) return;
  const InsnSpec* found = nullptr;
  for (const InsnSpec& row : kInsnSpecs) {
    const bool multiplies = row.format == Format::kMulStep || row.format == Format::kMulLast;
    if (multiplies && found == nullptr && reader.take_flag(row.mnemonic)) found = &row;
  }
  if (found == nullptr)
    return reader.fail("mul_step does not say which step, as start or 32x32_step1 do");
  insn.op = found->op;
  if (found->format == Format::kMulStep) {
    if (!reader.expect_count(2, 2)) return;
    insn.a = reader.operand(0);
    insn.b = reader.operand(1);
    return;
  }
  insn.dst = reader.operand(0);
  if (insn.dst == imm(0)) insn.dst = none();
  if (reader.count() == 2 && reader.argument(1) != "--") {
    reader.fail(fmt::format("'{}' stands behind the destination of {}, only -- may",
                            reader.argument(1), found->mnemonic));
  }
}

void read_csr(StatementReader& reader, Insn& insn) {
  const bool writes = reader.word() == spec(Op::kLocalCsrWr).mnemonic;
  insn.op = writes ? Op::kLocalCsrWr : Op::kLocalCsrRd;
  const size_t operands = writes ? 2 : 1;
  if (!reader.expect_count(operands, operands)) return;
  if (writes) insn.a = reader.operand(1);
  for (const CsrSpec& csr : kCsrs) {
    if (csr.text != reader.argument(0)) continue;
    insn.csr = csr.address;
    return;
  }
  insn.csr =
      static_cast<uint16_t>(reader.number(reader.argument(0), 0, 0x7ff * 4, "register address"));
}

struct WordReader {
  std::string_view word;
  void (*read)(StatementReader&, Insn&);
};

constexpr WordReader kWordReaders[] = {
    {"alu", &read_alu},
    {"immed", &read_immed},
    {"alu_shf", &read_alu_shf},
    {"ld_field", &read_ld_field},
    {"ld_field_w_clr", &read_ld_field},
    {"nop", &read_nop},
    {"dbl_shf", &read_dbl_shf},
    {"asr", &read_unary_shf},
    {"byte_align", &read_unary_shf},
    {"immed_w0", &read_immed},
    {"immed_w1", &read_immed},
    {"immed_b0", &read_immed},
    {"immed_b1", &read_immed},
    {"immed_b2", &read_immed},
    {"immed_b3", &read_immed},
    {"br_bset", &read_br_bit},
    {"br_bclr", &read_br_bit},
    {"br=byte", &read_br_byte},
    {"br!=byte", &read_br_byte},
    {"rtn", &read_rtn},
    {"jump", &read_jump},
    {"ctx_arb", &read_ctx_arb},
    {"mul_step", &read_mul_step},
    {"local_csr_rd", &read_csr},
    {"local_csr_wr", &read_csr},
};

// The row of a branch whose word is its condition, or of an alias; nullptr otherwise.
const InsnSpec* find_branch(std::string_view word) {
  for (const AliasSpec& alias : kAliases) {
    if (alias.word == word) return &spec(alias.op);
  }
  for (const InsnSpec& row : kInsnSpecs) {
    if (row.format == Format::kBranch && row.mnemonic == word) return &row;
  }
  return nullptr;
}

void read_branch(StatementReader& reader, const InsnSpec& row, Insn& insn) {
  const bool tests_state = row.has(flag::kReadsState);
  const size_t operands = tests_state ? 2 : 1;
  if (!reader.expect_count(operands, operands)) return;
  insn.op = row.op;
  if (tests_state) insn.state = static_cast<uint8_t>(reader.signal(reader.argument(0), "state"));
  insn.target = reader.target(reader.argument(operands - 1));
}

void read_head(StatementReader& reader, Insn& insn) {
  for (const WordReader& candidate : kWordReaders) {
    if (candidate.word == reader.word()) return candidate.read(reader, insn);
  }
  if (const InsnSpec* row = find_branch(reader.word())) return read_branch(reader, *row, insn);
  if (!read_command(reader, insn)) {
    reader.fail(fmt::format("'{}' is no instruction", reader.word()));
  }
}

}  // namespace

base::Result<Insn> assemble_insn(const Statement& statement, const AssemblerNames& names) {
  constexpr size_t kMaxModifiers = 16;
  if (statement.modifiers.size() > kMaxModifiers) {
    return base::invalid_input(fmt::format("{} words follow the instruction, at most {} may",
                                           statement.modifiers.size(), kMaxModifiers));
  }
  StatementReader reader(statement, names);
  Insn insn;
  read_head(reader, insn);
  if (!reader.failed()) read_modifiers(reader, insn);
  if (reader.failed()) return reader.error();
  return insn;
}

}  // namespace fpc
