// Stanzas that end their context: words, commands and addresses that the core refuses.
// SPDX-License-Identifier: Apache-2.0
#include <iterator>

#include "fpc/ecc.h"
#include "fpc/memory.h"
#include "fpc/modifiers.h"
#include "tests/rtl/directed.h"

namespace rtl::test {
namespace {

using fpc::FaultKind;
using fpc::Format;
using fpc::Insn;
using fpc::InsnSpec;
using fpc::Op;
using fpc::ShiftControl;
namespace flag = fpc::flag;

constexpr unsigned kLmBytes = 4 * fpc::kLmWords;
constexpr unsigned kStoredBits = 52;

Insn command(Op op, fpc::CommandSwap swap, Stanza& s) {
  Insn insn = s.random_word(fpc::spec(op));
  insn.swap_mode = swap;
  s.choose_operands(insn, /*plain=*/true);
  return insn;
}

void put_after(const Insn& insn, Stanza& s) {
  s.load_operands(insn);
  s.prepare(insn);
  s.put(insn);
}

// --- commands ------------------------------------------------------------------------------------

// Bits that nobody knows, or data where none is taken.
uint32_t bad_override(const InsnSpec& row, Stanza& s) {
  constexpr uint32_t kUnknown[] = {1,       2,       4,      1 << 6, 1 << 13,
                                   1 << 14, 1 << 15, 1 << 3, 3 << 3, 5 << 3};
  constexpr uint32_t kDataWithoutLength = 2 << 3, kLengthWithBit0 = 1 << 7 | 1 << 8;
  if (fpc::is_atomic(row.op) && s.coin()) return s.coin() ? kDataWithoutLength : kLengthWithBit0;
  if (!fpc::is_atomic(row.op) && s.below(4) == 0) return kDataWithoutLength;
  return kUnknown[s.below(std::size(kUnknown))];
}

void append_refused(const InsnSpec& row, Refusal refusal, Stanza& s) {
  Insn insn = s.random_word(row);
  if (!row.has(flag::kTakesData)) insn.indirect_ref = false;
  s.choose_operands(insn, /*plain=*/true);
  for (unsigned n = 0; n < 8; ++n) {
    const auto mode = static_cast<fpc::AddressMode>(n);
    if (refusal_of(mode) == refusal) insn.address_mode = mode;
  }
  switch (refusal) {
    case Refusal::kNoSignal:
      insn.signal = 0;
      insn.swap_mode = fpc::CommandSwap::kSwap;
      break;
    case Refusal::kOverride:
      insn.indirect_ref = true;
      s.load_operands(insn);
      s.publish(s.corner(), bad_override(row, s));
      return s.put(insn);
    case Refusal::kWithoutData:
      insn.indirect_ref = false;
      break;
    case Refusal::kLength:
      insn.count = static_cast<uint8_t>(insn.count | (1 + s.below(3)));
      break;
    case Refusal::kBehindLastRegister: {
      insn.count = fpc::is_atomic(row.op) ? fpc::kCount64 : uint8_t{7};
      fpc::MemoryCommand last{.op = row.op, .length = 8, .is64 = true};
      // One register too many, or some
      const unsigned least = fpc::kXferRegs + 1 - fpc::xfer_registers(last);
      insn.xfer = static_cast<uint8_t>(s.coin() ? least : least + s.below(fpc::kXferRegs - least));
      break;
    }
    default:
      break;
  }
  put_after(insn, s);
}

// --- operands ------------------------------------------------------------------------------------

void append_operand_fault(const InsnSpec& row, FaultKind kind, Position position, Stanza& s) {
  Insn insn = s.random_word(row);
  const bool is_extended = has_form(row, position, OperandClass::kLmemExtended) && s.coin();
  const bool is_transfer = kind == FaultKind::kLmLatency && s.below(4) == 0;
  s.choose_operands(insn, position,
                    is_transfer   ? OperandClass::kXferIndex
                    : is_extended ? OperandClass::kLmemExtended
                                  : OperandClass::kLmem,
                    /*plain=*/true);
  fpc::Operand& there = position == Position::kLeft    ? insn.a
                        : position == Position::kRight ? insn.b
                                                       : insn.dst;
  Insn others = insn;
  (position == Position::kLeft    ? others.a
   : position == Position::kRight ? others.b
                                  : others.dst) = {};
  s.load_operands(others);
  unsigned at = 64 * s.below(kLmBytes / 64);
  if (kind == FaultKind::kLmWindow) {
    const unsigned last = has_form(row, position, OperandClass::kAbsoluteA) ? 15 : 7;
    there.value = static_cast<uint16_t>(1 + s.below(last));
    at |= 4 * (there.value & s.below(16));
    if ((at / 4 & there.value) == 0) at |= 4u * there.value;
  } else if (kind == FaultKind::kLmOutOfRange) {
    at += s.coin() ? kLmBytes : static_cast<uint32_t>(s.bits()) | kLmBytes;
  }
  is_transfer ? s.aim_transfer(s.below(fpc::kXferRegs)) : s.aim(there.lm_index, at);
  if (kind != FaultKind::kLmLatency) s.settle();
  for (unsigned n = kind == FaultKind::kLmLatency ? s.below(3) : 0; n > 0; --n) s.compute();
  s.put(insn);
}

// --- words ---------------------------------------------------------------------------------------

// A word without semantics: any that is the row's.
void append_unknown_row(const InsnSpec& row, Stanza& s) {
  for (;;) {
    const fpc::Word word = (s.bits() & fpc::kInsnMask & ~row.mask) | row.match;
    const base::Result<Insn> insn = fpc::decode(word);
    if (insn && insn->op == row.op) return s.put_word(fpc::with_ecc(word));
  }
}

void append_neighbour(const InsnSpec& row, Stanza& s) {
  for (;;) {
    const auto position = static_cast<Position>(s.below(3));
    if (!has_form(row, position, OperandClass::kNeighbour)) continue;
    Insn insn = s.random_word(row);
    s.choose_operands(insn, position, OperandClass::kNeighbour, /*plain=*/true);
    return s.put(insn);
  }
}

void append_illegal(const InsnSpec& row, Illegal cause, Stanza& s) {
  if (cause == Illegal::kRow) return append_unknown_row(row, s);
  if (cause == Illegal::kNeighbour) return append_neighbour(row, s);
  Insn insn = s.random_word(row);
  s.choose_operands(insn, /*plain=*/true);
  insn.predicate_cc = cause == Illegal::kPredicate;
  if (cause == Illegal::kBreakpoint) insn.arb_flags |= fpc::kArbBreakpoint;
  s.put(insn);
}

// A branch, a swap or a command where none may stand.
void append_in_slot(const InsnSpec& row, Outer outer, Stanza& s) {
  Insn inner = s.random_word(row);
  s.choose_operands(inner, /*plain=*/true);
  s.load_operands(inner);
  if (row.has(flag::kCommand) && outer == Outer::kBranch) inner.swap_mode = fpc::CommandSwap::kSwap;
  if (row.has(flag::kBranch | flag::kSwaps)) inner.defer = static_cast<uint8_t>(s.below(4));
  Insn around;
  switch (outer) {
    case Outer::kBranch:
      around.op = Op::kBr;
      around.defer = static_cast<uint8_t>(1 + s.below(3));
      break;
    case Outer::kArbitration:
      around.op = Op::kCtxArb;
      around.event_mask = 1;
      around.defer = static_cast<uint8_t>(1 + s.below(3));
      break;
    case Outer::kCommand:
      around = command(Op::kMemWrite32,
                       s.coin() ? fpc::CommandSwap::kSwapDefer1 : fpc::CommandSwap::kSwapDefer2, s);
      around.indirect_ref = false;
      break;
  }
  s.put(around);
  s.put(inner);
}

void append_lost_amount(const InsnSpec& row, LostAmount lost, Stanza& s) {
  Insn insn = s.random_word(row);
  do {
    insn.shift_control = static_cast<ShiftControl>(1 + s.below(3));
  } while (!has_control(row, insn.shift_control));
  insn.shift = 0;
  s.choose_operands(insn, /*plain=*/true);
  s.load_operands(insn);
  if (lost == LostAmount::kNotPublished) {
    s.nop();
  } else {  // published in the slot of a swap
    Insn yield;
    yield.op = Op::kCtxArb;
    yield.event_mask = 1;
    yield.defer = 1;
    s.put(yield);
    s.put(alu(Op::kAluB, {}, s.scratch(fpc::Bank::kA), s.scratch(fpc::Bank::kB)));
  }
  s.put(insn);
}

void append_far_branch(const InsnSpec& row, Stanza& s) {
  Insn insn = s.random_word(row);
  s.choose_operands(insn, /*plain=*/true);
  insn.target = static_cast<uint16_t>(fpc::kStoreWords + s.below(fpc::kStoreWords));
  if (row.format == Format::kJump) {
    insn.target = 0;
    insn.immediate = static_cast<uint16_t>(s.bits() | fpc::kStoreWords);
    s.load_operands(insn, s.coin() ? 0x10000 * s.below(0x10000) : s.below(fpc::kStoreWords));
  } else {
    s.load_operands(insn);
  }
  if (row.has(flag::kReadsState)) s.raise_signal(insn.state);
  if (row.has(flag::kReadsCc)) s.set_flags();
  s.put(insn);
}

void append_fault(const InsnSpec& row, FaultKind kind, unsigned cause, Stanza& s) {
  switch (kind) {
    case FaultKind::kIllegalWord:
      return append_illegal(row, static_cast<Illegal>(cause), s);
    case FaultKind::kBranchInDefer:
      return append_in_slot(row, static_cast<Outer>(cause), s);
    case FaultKind::kIndirectShift:
      return append_lost_amount(row, static_cast<LostAmount>(cause), s);
    case FaultKind::kPcOutOfRange:
      return append_far_branch(row, s);
    default:
      return append_operand_fault(row, kind, static_cast<Position>(cause), s);
  }
}

void append_broken(Broken what, Stanza& s) {
  const auto flip = [&s] { return fpc::Word{1} << s.below(kStoredBits); };
  const fpc::Word right = fpc::with_ecc(fpc::kNopWord);
  switch (what) {
    case Broken::kUndecodable:
      for (;
           ;) {  // noise, or a row's word whose fields have no form; a format as likely as the next
        const InsnSpec& row = fpc::kInsnSpecs[s.below(fpc::kOpCount)];
        fpc::Word word = s.bits() & fpc::kInsnMask;
        if (s.coin()) word = (word & ~row.mask) | row.match;
        if (row.format != static_cast<Format>(s.below(std::size(fpc::kFormats)))) continue;
        if (!fpc::decode(word)) return s.put_word(fpc::with_ecc(word));
      }
    case Broken::kSameReadPort:
      for (;;) {
        const auto field = static_cast<fpc::Word>(s.below(1024));
        const fpc::Word word =
            fpc::spec(Op::kAluAdd).match | field | field << 10 | fpc::Word{0x300} << 20;
        if (field >= 0x100 && !fpc::decode(word)) return s.put_word(fpc::with_ecc(word));
      }
    case Broken::kBitsAbove:
      return s.put_word(right | fpc::Word{1} << (kStoredBits + s.below(64 - kStoredBits)));
    case Broken::kEccError:
      return s.put_word(right ^ flip() ^ flip());
    case Broken::kWatchdog: {
      Insn insn;
      insn.op = Op::kBr;
      insn.target = static_cast<uint16_t>(s.address());
      return s.put(insn);
    }
    case Broken::kEndOfStore:
    case Broken::kBrokens:
      return s.nop();
  }
}

// Read: the next immed shows it. Written: a read shows what became of it.
void append_register(const InsnSpec& row, const fpc::CsrSpec& csr, Stanza& s) {
  Insn read = s.random_word(fpc::spec(Op::kLocalCsrRd));
  read.csr = csr.address;
  if (row.has(flag::kWritesCsr)) {
    Insn write = s.random_word(row);
    write.csr = csr.address;
    s.choose_operands(write, /*plain=*/true);
    put_after(write, s);
    s.settle();
  }
  Insn take = s.random_word(fpc::spec(Op::kImmed));
  s.choose_operands(take, /*plain=*/true);
  s.put(read);
  s.put(take);
}

void append_kill(Stanza& s) {
  Insn insn = s.random_word(fpc::spec(Op::kCtxArb));
  insn.event_mask = 0;
  insn.arb_flags = 0;
  insn.defer = static_cast<uint8_t>(s.below(4));
  s.finish(insn);
}

}  // namespace

void append_fatal_stanza(const Bin& bin, Stanza& s) {
  const InsnSpec& row = fpc::spec(bin.op);
  switch (bin.group) {
    case Group::kRefused:
      return append_refused(row, static_cast<Refusal>(bin.detail), s);
    case Group::kFault:
      return append_fault(row, static_cast<FaultKind>(bin.detail / 4), bin.detail % 4, s);
    case Group::kBroken:
      return append_broken(static_cast<Broken>(bin.detail), s);
    case Group::kRegister:
      return append_register(row, fpc::kCsrs[bin.detail], s);
    default:
      return append_kill(s);
  }
}

}  // namespace rtl::test
