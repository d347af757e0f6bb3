// Stanzas that a context survives, and programs of stanzas.
// SPDX-License-Identifier: Apache-2.0
#include "tests/rtl/directed.h"

#include "fpc/modifiers.h"

namespace rtl::test {
namespace {

using fpc::Bank;
using fpc::Format;
using fpc::Insn;
using fpc::InsnSpec;
using fpc::Op;
using fpc::ShiftControl;
namespace flag = fpc::flag;

constexpr size_t kStanzas = 12;  // in a program

// The left operand's value: a jump's must lie below its target.
void load(const Insn& insn, Stanza& s) {
  if (insn.op == Op::kJump) return s.load_operands(insn, s.below(s.address() + 1));
  s.load_operands(insn);
}

void append(const Insn& insn, Stanza& s) {
  load(insn, s);
  s.prepare(insn);
  s.finish(insn);
}

void append_operand(const InsnSpec& row, Position position, OperandClass which, Stanza& s) {
  Insn insn = s.random_word(row);
  s.choose_operands(insn, position, which);
  append(insn, s);
}

void append_flags(const InsnSpec& row, Stanza& s) {
  Insn insn = s.random_word(row);
  insn.no_cc = false;
  insn.load_cc = fpc::has_field(row.format, fpc::Field::kLoadCc);
  const bool merges = row.has(flag::kReadsDst);
  s.choose_operands(insn, Position::kDestination,
                    merges ? OperandClass::kGprA : OperandClass::kClasses, /*plain=*/true);
  if (merges) s.set(insn.dst, s.corner());
  append(insn, s);
}

void append_branch(const InsnSpec& row, uint8_t detail, Stanza& s) {
  const bool taken = (detail & 1) != 0, fresh = (detail & 8) != 0;
  Insn insn = s.random_word(row);
  insn.defer = static_cast<uint8_t>(detail >> 1 & 3);
  if (row.has(flag::kSwaps))
    insn.arb_flags =
        static_cast<uint8_t>((insn.arb_flags & ~fpc::kArbBranch) | (taken ? fpc::kArbBranch : 0u));
  s.choose_operands(insn);
  if (row.has(flag::kReadsState)) s.raise_signal(insn.state);
  if (row.format == Format::kBrByte && s.coin()) {
    s.load_operands(insn, 0x0101'0101 * insn.b.value);  // equal
  } else {
    load(insn, s);
  }
  if (row.has(flag::kReadsCc)) {
    s.set_flags();
    if (!fresh) s.nop();
  }
  s.finish(insn);
}

void append_shift(const InsnSpec& row, uint8_t detail, Stanza& s) {
  Insn insn = s.random_word(row);
  insn.shift_control = static_cast<ShiftControl>(detail >> 1);
  const bool is_indirect = (detail & 1) != 0;
  if (is_indirect) insn.shift = 0;
  if (!is_indirect && insn.shift_control == ShiftControl::kRotate)
    insn.shift = static_cast<uint8_t>(s.below(32));
  s.choose_operands(insn);
  append(insn, s);
}

void append_product(const InsnSpec& row, Stanza& s) {
  Insn last = s.random_word(row);
  s.choose_operands(last);
  Insn step = s.random_word(fpc::spec(Op::kMulStart));
  step.a = s.scratch(Bank::kA);
  step.b = s.scratch(Bank::kB);
  s.load_operands(last);
  for (const fpc::Operand* factor : {&step.a, &step.b})
    s.set(*factor, static_cast<uint32_t>(s.bits()));  // no two bytes alike
  for (const Op op : multiplication(row)) {
    step.op = op;
    s.put(step);
  }
  s.put(last);
}

void append_command(const InsnSpec& row, uint8_t detail, Stanza& s) {
  Insn insn = s.random_word(row);
  insn.swap_mode = static_cast<fpc::CommandSwap>(detail >> 3);
  insn.address_mode = static_cast<fpc::AddressMode>(detail & 7);
  s.choose_operands(insn);
  append(insn, s);
}

Insn plain(Op op, Stanza& s) {
  Insn insn = s.random_word(fpc::spec(op));
  s.choose_operands(insn, /*plain=*/true);
  return insn;
}

Insn command(fpc::CommandSwap swap, Stanza& s) {
  Insn insn = s.random_word(fpc::spec(Op::kMemRead32));
  insn.swap_mode = swap;
  insn.indirect_ref = false;
  s.choose_operands(insn, /*plain=*/true);
  return insn;
}

// A word whose result the next one reads.
void append_dependence(Bank bank, Stanza& s) {
  const fpc::Operand there = s.scratch(bank);
  s.put(alu(Op::kAluAdd, there, s.scratch(Bank::kA), s.scratch(Bank::kB)));
  const bool is_b = bank == Bank::kB;
  s.put(alu(Op::kAluXor, s.scratch(Bank::kA), is_b ? s.scratch(Bank::kA) : there,
            is_b ? there : s.scratch(Bank::kB)));
}

void append_local_memory(bool both_move, Stanza& s) {
  const unsigned from = s.below(4);
  const unsigned to = both_move ? (from + 1 + s.below(3)) % 4 : from;
  s.aim(from, 64 * s.below(64));
  if (to != from) s.aim(to, 64 * s.below(64));
  s.settle();
  const fpc::Operand there = fpc::lmem(from, s.below(16));
  s.put(alu(Op::kAluB, there, {}, s.scratch(Bank::kB)));
  s.put(both_move ? alu(Op::kAluAdd, fpc::lmem_inc(to), fpc::lmem_inc(from), s.scratch(Bank::kB))
                  : alu(Op::kAluAdd, s.scratch(Bank::kA), there, s.scratch(Bank::kB)));
}

void append_csr_read(bool is_taken, Stanza& s) {
  Insn read = s.random_word(fpc::spec(Op::kLocalCsrRd));
  s.put(read);
  if (!is_taken) s.put(alu(Op::kAluB, {}, {}, s.scratch(Bank::kB)));
  Insn take = plain(Op::kImmed, s);
  s.put(take);
}

void append_mirrored_amount(Stanza& s) {
  const fpc::Operand amount = s.scratch(Bank::kA);
  Insn publish = alu(Op::kAluB, s.scratch(Bank::kA), amount, s.scratch(Bank::kB));
  publish.wr_both = true;
  Insn shift = alu(Op::kShfB, s.scratch(Bank::kA), {}, s.scratch(Bank::kB));
  shift.shift_control = ShiftControl::kRight;
  s.set(amount, s.corner());
  s.put(publish);
  s.put(shift);
}

void append_wait_for_any(Stanza& s) {
  Insn insn = s.random_word(fpc::spec(Op::kCtxArb));
  insn.event_mask = static_cast<uint16_t>((s.bits() | 6) & 0xfffe);
  insn.arb_flags = fpc::kArbAny;
  s.finish(insn);
}

void append_hazard(Hazard hazard, Stanza& s) {
  switch (hazard) {
    case Hazard::kReadAfterWriteA:
    case Hazard::kReadAfterWriteB:
      return append_dependence(hazard == Hazard::kReadAfterWriteA ? Bank::kA : Bank::kB, s);
    case Hazard::kLmReadAfterWrite:
    case Hazard::kPostModifiesBoth:
      return append_local_memory(hazard == Hazard::kPostModifiesBoth, s);
    case Hazard::kCsrDelivered:
    case Hazard::kCsrForgotten:
      return append_csr_read(hazard == Hazard::kCsrDelivered, s);
    case Hazard::kAmountAfterMirror:
      return append_mirrored_amount(s);
    case Hazard::kAsrAfterAsr:
      append(plain(Op::kShfAsr, s), s);
      return s.put(plain(Op::kShfAsr, s));
    case Hazard::kCarryAcrossImmed:
      s.set_flags();
      s.put(plain(Op::kImmed, s));
      return s.put(plain(Op::kAluAddCarry, s));
    case Hazard::kFlagsKept: {
      Insn insn = plain(Op::kAluSub, s);
      insn.no_cc = true;
      return append(insn, s);
    }
    case Hazard::kCommandInSlot: {
      Insn branch;
      branch.op = Op::kBr;
      branch.defer = 1;
      branch.target = static_cast<uint16_t>(s.address() + 3);
      s.put(branch);
      s.put(command(fpc::CommandSwap::kNoSwap, s));
      return s.nop();
    }
    case Hazard::kSlotOfSwap:
      return append(command(fpc::CommandSwap::kSwapDefer1, s), s);
    case Hazard::kWokenByAny:
      return append_wait_for_any(s);
    case Hazard::kTakesOverride: {
      Insn insn = command(fpc::CommandSwap::kSwap, s);
      insn.indirect_ref = true;
      return append(insn, s);
    }
    case Hazard::kKilled:
    case Hazard::kHazards:
      return;
  }
}

void append_surviving(const Bin& bin, Stanza& s) {
  const InsnSpec& row = fpc::spec(bin.op);
  const auto which = static_cast<OperandClass>(bin.detail);
  switch (bin.group) {
    case Group::kLeft:
      return append_operand(row, Position::kLeft, which, s);
    case Group::kRight:
      return append_operand(row, Position::kRight, which, s);
    case Group::kDestination:
      return append_operand(row, Position::kDestination, which, s);
    case Group::kFlags:
      return append_flags(row, s);
    case Group::kBranch:
      return append_branch(row, bin.detail, s);
    case Group::kShift:
      return append_shift(row, bin.detail, s);
    case Group::kProduct:
      return append_product(row, s);
    case Group::kCommand:
      return append_command(row, bin.detail, s);
    case Group::kHazard:
      return append_hazard(static_cast<Hazard>(bin.detail), s);
    default:
      return;
  }
}

}  // namespace

void append_stanza(const Bin& bin, std::vector<fpc::Word>& words, std::mt19937_64& random) {
  Stanza stanza(words, random);
  is_fatal(bin) ? append_fatal_stanza(bin, stanza) : append_surviving(bin, stanza);
}

void walk(const std::set<Bin>& bins, std::mt19937_64& random,
          const std::function<bool(const Program&)>& run) {
  Program program, fatal;
  size_t stanzas = 0, contexts = 0;
  const auto flush = [&run](Program& made, size_t& count) {
    const bool goes_on = count == 0 || run(made);
    made = {};
    count = 0;
    return goes_on;
  };
  for (const Bin& bin : bins) {
    if (is_fatal(bin)) {
      fatal.start[contexts++] = static_cast<uint16_t>(fatal.words.size());
      append_stanza(bin, fatal.words, random);
      if (contexts == fpc::kSlots && !flush(fatal, contexts)) return;
    } else {
      append_stanza(bin, program.words, random);
      if (++stanzas == kStanzas && !flush(program, stanzas)) return;
    }
  }
  (void)(flush(program, stanzas) && flush(fatal, contexts));
}

}  // namespace rtl::test
