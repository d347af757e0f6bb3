// Values, index registers and fields of words that shall not fault.
// SPDX-License-Identifier: Apache-2.0
#include "tests/rtl/stanza.h"

#include <cassert>
#include <iterator>
#include <utility>

#include "fpc/core.h"
#include "fpc/ecc.h"
#include "fpc/memory.h"
#include "fpc/modifiers.h"
#include "fpc/word_cost.h"

namespace rtl::test {

using fpc::Bank;
using fpc::Csr;
using fpc::Format;
using fpc::Insn;
using fpc::InsnSpec;
using fpc::Op;
using fpc::Operand;
using fpc::OperandKind;
using fpc::ShiftControl;
namespace flag = fpc::flag;

namespace {

constexpr Operand kNone{};
constexpr unsigned kWordsPerError = 32;  // of one bit, which ECC corrects
constexpr unsigned kStoredBits = 52;
constexpr unsigned kAttempts = 10'000;  // at operands that go together
constexpr unsigned kIndexLatency = 3;   // words that still see an index register's old value

// Fields of the override word (nfp-isa 12.4).
constexpr uint32_t kOverrideLength = 1u << 7, kOverrideData = 2u << 3;
constexpr unsigned kLengthLsb = 8, kDataLsb = 16;
constexpr unsigned kDataInLength = 8;  // of atomics: the operand is the override's

bool is_index(const Operand& operand) { return operand.kind == OperandKind::kXferIndex; }
bool is_lm(const Operand& operand) { return operand.kind == OperandKind::kLmem; }
bool is_transfer(const Operand& operand) { return operand.kind == OperandKind::kXfer; }

bool is_indirect(const Insn& insn) {
  return fpc::has_field(fpc::spec(insn.op).format, fpc::Field::kShift) && insn.shift == 0 &&
         insn.shift_control != ShiftControl::kRotate;
}

Insn immed(const Operand& dst, unsigned constant) {
  Insn insn;
  insn.op = Op::kImmed;
  insn.dst = dst;
  insn.immediate = static_cast<uint16_t>(constant);
  return insn;
}

Insn csr_write(Csr csr, const Operand& value) {
  Insn insn;
  insn.op = Op::kLocalCsrWr;
  insn.csr = static_cast<uint16_t>(csr);
  insn.a = value;
  return insn;
}

}  // namespace

Insn alu(Op op, const Operand& dst, const Operand& a, const Operand& b) {
  Insn insn;
  insn.op = op;
  insn.dst = dst;
  insn.a = a;
  insn.b = b;
  return insn;
}

uint32_t Stanza::corner() {
  constexpr uint32_t kCorners[] = {0,    0,      0,      1,           0x1f,        0x7f,       0x80,
                                   0xff, 0x7fff, 0xffff, 0x7fff'ffff, 0x8000'0000, 0xffff'ffff};
  const unsigned choice = below(18);
  if (choice < std::size(kCorners)) return kCorners[choice];
  return static_cast<uint32_t>(bits()) >> below(32);
}

unsigned Stanza::address() { return static_cast<unsigned>(words_.size()); }

void Stanza::put(const Insn& insn) {
  const base::Result<fpc::Word> word = fpc::encode(insn);
  assert(word && "stanzas make words that encode");
  words_.push_back(fpc::with_ecc(*word));
  if (below(kWordsPerError) == 0) words_.back() ^= fpc::Word{1} << below(kStoredBits);
}

void Stanza::settle() {
  for (unsigned i = 0; i < kIndexLatency; ++i) compute();
}

// Registers that the stanza uses stay as they are.
void Stanza::compute() {
  constexpr Op kOps[] = {Op::kAluAdd, Op::kAluSubCarry, Op::kAluXor,  Op::kAluFfs,
                         Op::kShfB,   Op::kShfOr,       Op::kLdField, Op::kImmed};
  Insn insn = random_word(fpc::spec(kOps[below(std::size(kOps))]));
  if (insn.shift == 0) insn.shift_control = ShiftControl::kRotate;
  const Operand spare = scratch(Bank::kA);
  used_.erase(spare.value);
  const InsnSpec& row = fpc::spec(insn.op);
  if (row.has(flag::kReadsA)) insn.a = fpc::gpr_a(below(fpc::kRelativeGprs));
  if (row.has(flag::kReadsB)) insn.b = fpc::gpr_b(below(fpc::kRelativeGprs));
  if (insn.shift_control == ShiftControl::kDouble && insn.op == Op::kShfB) insn.a = spare;
  insn.dst = spare;
  put(insn);
}

void Stanza::set(const Operand& gpr, uint32_t value) {
  put(immed(gpr, value & 0xffff));
  Insn high = immed(gpr, value >> 16);
  high.imm_width = fpc::ImmWidth::kHalf;
  high.imm_shift = 2;
  put(high);
}

void Stanza::publish(uint32_t prev_a, uint32_t prev_r) {
  const Operand a = scratch(Bank::kA), b = scratch(Bank::kB);
  set(a, prev_a);
  set(b, prev_r);
  put(alu(Op::kAluB, kNone, a, b));
}

void Stanza::set_flags() {
  constexpr Op kOps[] = {Op::kAluSub, Op::kAluAdd, Op::kAluSubBA};
  const Operand a = scratch(Bank::kA), b = scratch(Bank::kB);
  const uint32_t value = corner();
  set(a, value);
  set(b, below(4) == 0 ? value : corner());
  put(alu(kOps[below(std::size(kOps))], kNone, a, b));
}

// Memory answers commands that give up nothing before the next word.
void Stanza::raise_signal(unsigned number) {
  if (number == 0 || coin()) return;
  Insn command = random_word(fpc::spec(Op::kMemRead32Swap));
  command.indirect_ref = false;
  command.swap_mode = fpc::CommandSwap::kNoSwap;
  command.signal = static_cast<uint8_t>(number);
  choose_operands(command, /*plain=*/true);
  put(command);
}

Operand Stanza::scratch(Bank bank) {
  for (;;) {
    const unsigned number = below(fpc::kRelativeGprs);
    assert(used_.size() < fpc::kRelativeGprs && "a stanza needs fewer registers");
    if (used_.insert(number).second)
      return bank == Bank::kA ? fpc::gpr_a(number) : fpc::gpr_b(number);
  }
}

Operand Stanza::operand(const InsnSpec& row, Position position, OperandClass which) {
  const bool is_wide = has_form(row, position, OperandClass::kAbsoluteA);
  const auto post = [](OperandKind kind, fpc::PostModify how, unsigned index) {
    return Operand{kind, Bank::kA, how, static_cast<uint8_t>(index), 0};
  };
  const auto absolute = [&](Bank bank) {
    const auto number = static_cast<uint16_t>(below(fpc::kSlots * fpc::kRelativeGprs));
    return Operand{OperandKind::kGprAbs, bank, fpc::PostModify::kNone, 0, number};
  };
  const bool has_extension = has_form(row, position, OperandClass::kLmemExtended);
  switch (which) {
    case OperandClass::kGprA:
      return scratch(Bank::kA);
    case OperandClass::kGprB:
      return scratch(Bank::kB);
    case OperandClass::kAbsoluteA:
      return absolute(Bank::kA);
    case OperandClass::kAbsoluteB:
      return absolute(Bank::kB);
    case OperandClass::kXfer:
      return fpc::xfer(below(fpc::kXferRegs));
    case OperandClass::kXferIndex:
      return post(OperandKind::kXferIndex, fpc::PostModify::kNone, 0);
    case OperandClass::kXferIndexUp:
      return post(OperandKind::kXferIndex, fpc::PostModify::kIncrement, 0);
    case OperandClass::kXferIndexDown:
      return post(OperandKind::kXferIndex, fpc::PostModify::kDecrement, 0);
    case OperandClass::kLmem:
      return fpc::lmem(below(2), below(is_wide ? 16 : 8));
    case OperandClass::kLmemExtended:
      return fpc::lmem(2 + below(2), below(is_wide ? 16 : 8));
    case OperandClass::kLmemUp:
      return post(OperandKind::kLmem, fpc::PostModify::kIncrement, below(has_extension ? 4 : 2));
    case OperandClass::kLmemDown:
      return post(OperandKind::kLmem, fpc::PostModify::kDecrement, below(has_extension ? 4 : 2));
    case OperandClass::kImm:
      return fpc::imm(below(fpc::has_address(row.format) ? 128 : 256));
    case OperandClass::kNeighbour:
      return post(OperandKind::kNnIndex, fpc::PostModify::kNone, 0);
    case OperandClass::kNone:
    case OperandClass::kClasses:
      break;
  }
  return kNone;
}

void Stanza::fill_command(Insn& insn) {
  const InsnSpec& row = fpc::spec(insn.op);
  constexpr fpc::AddressMode kModes[] = {
      fpc::AddressMode::kAShift8PlusB, fpc::AddressMode::kBShift8PlusA, fpc::AddressMode::kAPlusB};
  insn.address_mode = kModes[below(std::size(kModes))];
  insn.swap_mode = static_cast<fpc::CommandSwap>(below(4));
  insn.signal = static_cast<uint8_t>(1 + below(15));
  insn.count = static_cast<uint8_t>(fpc::is_atomic(insn.op) ? below(2) * fpc::kCount64 : below(8));
  insn.indirect_ref = row.has(flag::kTakesData) || below(8) == 0;
  const fpc::MemoryCommand longest{.op = insn.op,
                                   .length = static_cast<uint8_t>(insn.count + 1),
                                   .is64 = (insn.count & fpc::kCount64) != 0};
  insn.xfer = static_cast<uint8_t>(below(fpc::kXferRegs + 1 - fpc::xfer_registers(longest)));
}

Insn Stanza::random_word(const InsnSpec& row) {
  Insn insn;
  insn.op = row.op;
  const auto has = [&](fpc::Field field) { return fpc::has_field(row.format, field); };
  insn.wr_both = has(fpc::Field::kWrBoth) && coin();
  insn.no_cc = has(fpc::Field::kNoCc) && below(4) == 0;
  insn.load_cc = has(fpc::Field::kLoadCc) && coin();
  insn.clear = has(fpc::Field::kClear) && coin();
  insn.sense = has(fpc::Field::kSense) && coin();
  if (has(fpc::Field::kByteMask)) insn.byte_mask = static_cast<uint8_t>(below(16));
  if (has(fpc::Field::kByte)) insn.byte = static_cast<uint8_t>(below(4));
  if (has(fpc::Field::kState)) insn.state = static_cast<uint8_t>(below(16));
  if (has(fpc::Field::kShift)) insn.shift = static_cast<uint8_t>(1 + below(31));
  if (has(fpc::Field::kShift)) {
    do {
      insn.shift_control = static_cast<ShiftControl>(below(4));
    } while (!has_control(row, insn.shift_control));
  }
  if (row.format == Format::kBrBit) insn.bit = static_cast<uint8_t>(below(32));
  if (row.has(flag::kReadsState) && coin()) insn.state = static_cast<uint8_t>(2 * below(4));
  if (row.format == Format::kImmed) {
    constexpr fpc::ImmWidth kWidths[] = {fpc::ImmWidth::kAll, fpc::ImmWidth::kByte,
                                         fpc::ImmWidth::kHalf};
    insn.immediate = static_cast<uint16_t>(bits());
    insn.imm_width = kWidths[below(3)];
    insn.imm_shift =
        static_cast<uint8_t>(insn.imm_width == fpc::ImmWidth::kHalf ? 2 * below(2) : below(3));
    insn.imm_invert = coin();
  }
  if (row.has(flag::kCommand)) fill_command(insn);
  if (row.has(flag::kSwaps)) {
    insn.event_mask = static_cast<uint16_t>(coin() ? 1 : 1u << (1 + below(15)));
    insn.arb_flags = static_cast<uint8_t>(below(2) * fpc::kArbAny | below(2) * fpc::kArbNotKill);
  }
  if (row.has(flag::kWritesCsr | flag::kReadsCsr)) insn.csr = static_cast<uint16_t>(Csr::kMailbox0);
  return insn;
}

OperandClass Stanza::random_class(const InsnSpec& row, Position position, bool plain) {
  for (;;) {
    const auto which =
        static_cast<OperandClass>(below(static_cast<unsigned>(OperandClass::kNeighbour)));
    const bool is_plain = which == OperandClass::kGprA || which == OperandClass::kGprB ||
                          which == OperandClass::kImm || which == OperandClass::kNone;
    if (has_form(row, position, which) && (is_plain || !plain)) return which;
  }
}

void Stanza::choose_operands(Insn& insn, bool plain) {
  choose_operands(insn, Position::kLeft, OperandClass::kClasses, plain);
}

void Stanza::choose_operands(Insn& insn, Position position, OperandClass which, bool plain) {
  const InsnSpec& row = fpc::spec(insn.op);
  if (which != OperandClass::kClasses && position == Position::kLeft && !row.has(flag::kReadsA) &&
      row.format == Format::kShf)
    insn.shift_control = ShiftControl::kDouble;  // nothing else has a left operand
  const auto used = used_;
  for (unsigned attempt = 0;; ++attempt) {
    assert(attempt < kAttempts && "the row has no word with this operand");
    used_ = used;
    const auto choose = [&](Position at) {
      if (!has_form(row, at, OperandClass::kGprA) && !has_form(row, at, OperandClass::kGprB))
        return kNone;
      const bool is_given = at == position && which != OperandClass::kClasses;
      return operand(row, at, is_given ? which : random_class(row, at, plain));
    };
    insn.a = choose(Position::kLeft);
    insn.b = choose(Position::kRight);
    insn.dst = choose(Position::kDestination);
    const bool ignores_left = row.format == Format::kShf && !row.has(flag::kReadsA) &&
                              insn.shift_control != ShiftControl::kDouble;
    if (ignores_left) insn.a = kNone;
    if (row.format == Format::kBrByte) insn.b = fpc::imm(below(256));
    if (fpc::encode(insn)) return;
  }
}

void Stanza::aim(unsigned lm_index, uint32_t byte_address) {
  constexpr Csr kIndices[] = {Csr::kActLmAddr0, Csr::kActLmAddr1, Csr::kActLmAddr2,
                              Csr::kActLmAddr3};
  const Operand value = scratch(coin() ? Bank::kA : Bank::kB);
  set(value, byte_address);
  put(csr_write(kIndices[lm_index], value));
}

// T_INDEX counts through the registers of all contexts: this one's begin at 256 bytes times its slot.
void Stanza::aim_transfer(unsigned number) {
  const Operand r = scratch(Bank::kA);
  Insn read;
  read.op = Op::kLocalCsrRd;
  read.csr = static_cast<uint16_t>(Csr::kActCtxStatus);
  put(read);
  put(immed(r, 0));
  put(alu(Op::kAluAnd, r, r, fpc::imm(7)));
  Insn shift = alu(Op::kShfB, r, kNone, r);
  shift.shift_control = ShiftControl::kLeft;
  shift.shift = 7;
  put(shift);
  put(alu(Op::kAluAdd, r, r, fpc::imm(4 * number)));
  put(csr_write(Csr::kXferIndex, r));
}

// A transfer register is written on one side and read on the other; memory takes it across.
void Stanza::fill_transfer(unsigned number, uint32_t value) {
  const Operand data = scratch(Bank::kB), high = scratch(Bank::kA);
  set(data, value);
  put(alu(Op::kAluB, fpc::xfer(number), kNone, data));
  put(immed(high, below(256)));
  Insn move;
  move.a = high;
  move.b = fpc::imm(4 * below(32));
  move.xfer = static_cast<uint8_t>(number);
  move.signal = static_cast<uint8_t>(1 + below(15));
  for (const Op op : {Op::kMemWrite32Swap, Op::kMemRead32Swap}) {
    move.op = op;
    put(move);
  }
}

void Stanza::load(const Operand& source, uint32_t value) {
  switch (source.kind) {
    case OperandKind::kGpr:
    case OperandKind::kGprAbs:
      return set(source, value);
    case OperandKind::kLmem: {
      const Operand data = scratch(Bank::kB);
      set(data, value);
      return put(alu(Op::kAluB, fpc::lmem(source.lm_index, source.value), kNone, data));
    }
    default:
      return;  // constants, and transfer registers that are filled before
  }
}

void Stanza::load_operands(const Insn& insn) { load_operands(insn, corner()); }

void Stanza::load_operands(const Insn& insn, uint32_t value) {
  const uint32_t right = corner();
  transfer_number_ = below(fpc::kXferRegs);
  left_value_ = value;
  // Filling transfer registers gives up the core, so it comes first.
  for (const auto& [source, content] : {std::pair{&insn.a, value}, std::pair{&insn.b, right}}) {
    if (is_transfer(*source)) fill_transfer(source->value, content);
    if (is_index(*source)) fill_transfer(transfer_number_, content);
  }
  std::set<unsigned> aimed;
  bool aims_transfer = false;
  for (const Operand* operand : {&insn.a, &insn.b, &insn.dst}) {
    if (is_lm(*operand) && aimed.insert(operand->lm_index).second)
      aim(operand->lm_index, below(fpc::kLmWords / 16) * 64);
    aims_transfer = aims_transfer || is_index(*operand);
  }
  if (aims_transfer && (insn.op == Op::kJump || coin())) {
    aim_transfer(transfer_number_);
  } else if (aims_transfer) {  // any context's
    const Operand index = scratch(Bank::kB);
    set(index, 4 * below(fpc::kSlots * fpc::kXferRegs));
    put(csr_write(Csr::kXferIndex, index));
  }
  if (aims_transfer || !aimed.empty()) settle();
  for (const auto& [source, content] : {std::pair{&insn.a, value}, std::pair{&insn.b, right}})
    if (is_lm(*source)) load(*source, content);
  for (const auto& [source, content] : {std::pair{&insn.a, value}, std::pair{&insn.b, right}})
    if (!is_lm(*source)) load(*source, content);
}

void Stanza::prepare(const Insn& insn) {
  const InsnSpec& row = fpc::spec(insn.op);
  if (row.has(flag::kCommand) && insn.indirect_ref) {
    uint32_t override_word = 0;
    if (row.has(flag::kTakesData)) {
      const unsigned length =
          kDataInLength | (insn.xfer + 1u < fpc::kXferRegs ? below(2) * fpc::kCount64 : 0);
      override_word = kOverrideLength | kOverrideData | length << kLengthLsb |
                      static_cast<uint32_t>(bits() & 0xffff) << kDataLsb;
    } else if (coin()) {
      override_word = kOverrideLength | uint32_t{insn.count} << kLengthLsb;
    }
    return publish(corner(), override_word);
  }
  if (is_indirect(insn) || row.has(flag::kReadsPrevR)) publish(corner(), corner());
}

// Behind slots and a few words that only the branch's other outcome executes.
void Stanza::finish(Insn insn) {
  const InsnSpec& row = fpc::spec(insn.op);
  const unsigned slots = fpc::defer_slots_of(insn), skipped = 1 + below(3);
  const bool leaves = row.has(flag::kBranch) || (insn.arb_flags & fpc::kArbBranch) != 0;
  if (row.has(flag::kBranch | flag::kSwaps))
    insn.target = static_cast<uint16_t>(address() + 1 + slots + skipped);
  if (row.format == Format::kJump)
    insn.immediate = static_cast<uint16_t>(std::exchange(insn.target, uint16_t{0}) - left_value_);
  put(insn);
  for (unsigned i = 0; i < slots; ++i) compute();
  if (!leaves) return;
  for (unsigned i = 0; i <= skipped; ++i) nop();  // and one where it goes
}

}  // namespace rtl::test
