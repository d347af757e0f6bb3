// What encode() refuses, with its messages, and how operands are placed.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "fpc/assembler.h"
#include "fpc/isa.h"

namespace fpc {
namespace {

Insn make(Op op, Operand dst = {}, Operand a = {}, Operand b = {}) {
  Insn insn;
  insn.op = op;
  insn.dst = dst;
  insn.a = a;
  insn.b = b;
  return insn;
}

template <typename Change>
Insn with(Insn insn, Change change) {
  change(insn);
  return insn;
}

struct Refusal {
  Insn insn;
  const char* message;
};

void expect_refusal(const Refusal& refusal) {
  const auto word = encode(refusal.insn);
  ASSERT_FALSE(word) << disassemble(*word) << " instead of: " << refusal.message;
  EXPECT_EQ(word.error().message, refusal.message);
}

constexpr Operand kAbsolute{OperandKind::kGprAbs, Bank::kA, PostModify::kNone, 0, 100};

TEST(IsaEncode, RefusesOperandsOfOneKind) {
  const Refusal kRefusals[] = {
      {make(Op::kAluAdd, gpr_a(0), gpr_a(1), gpr_a(2)),
       "gprA_1 and gprA_2 are of the same kind, one word reads one of each"},
      {make(Op::kAluAdd, gpr_a(0), gpr_b(1), gpr_b(2)),
       "gprB_1 and gprB_2 are of the same kind, one word reads one of each"},
      {make(Op::kAluAdd, gpr_a(0), gpr_a(1), kAbsolute),
       "gprA_1 and @gprA_100 are of the same kind, one word reads one of each"},
      {make(Op::kAluOr, gpr_a(0), xfer(1), xfer(1)),
       "$xfer_1 and $xfer_1 are of the same kind, one word reads one of each"},
      {make(Op::kAluOr, gpr_a(0), lmem(0, 1), lmem(1, 2)),
       "*l$index0[1] and *l$index1[2] are of the same kind, one word reads one of each"},
      {make(Op::kShfOr, gpr_a(0), imm(1), imm(2)),
       "0x1 and 0x2 are of the same kind, one word reads one of each"},
      {make(Op::kMulStart, {}, gpr_a(1), gpr_a(2)),
       "gprA_1 and gprA_2 are of the same kind, one word reads one of each"},
      {make(Op::kMemRead32, {}, imm(1), imm(2)),
       "0x1 and 0x2 are of the same kind, one word reads one of each"},
      {make(Op::kLdField, gpr_a(1), {}, gpr_a(2)),
       "gprA_1 and gprA_2 are of the same kind, one word reads one of each"},
  };
  for (const Refusal& refusal : kRefusals) expect_refusal(refusal);
}

TEST(IsaEncode, RefusesOperandsThatHaveNoForm) {
  const Refusal kRefusals[] = {
      {make(Op::kAluAdd, gpr_a(32), gpr_a(1), gpr_b(2)),
       "gprA_32 is out of range, numbers of this kind go up to 0x1f here"},
      {make(Op::kAluAdd, gpr_a(0), gpr_a(1), imm(256)),
       "0x100 is out of range, constants of this kind go up to 0xff here"},
      {make(Op::kAluAdd, gpr_a(0), gpr_a(1), lmem(0, 16)),
       "*l$index0[16] is out of range, numbers of this kind go up to 0xf here"},
      {make(Op::kAluAdd, imm(0), gpr_a(1), gpr_b(2)),
       "0x0 cannot be a destination, it is a constant"},
      {make(Op::kAluAdd, gpr_a(0), none(), gpr_b(2)),
       "the left operand is missing, this operation reads it"},
      {make(Op::kAluB, gpr_a(0), none(), none()),
       "the right operand is missing, this operation reads it"},
      {make(Op::kShfOr, gpr_a(0), lmem_inc(0), gpr_b(2)),
       "*l$index0++ has no form as an operand of 8 bits here"},
      {make(Op::kShfOr, gpr_a(0), lmem(0, 8), gpr_b(2)),
       "*l$index0[8] is out of range, numbers of this kind go up to 0x7 here"},
      {make(Op::kShfOr, kAbsolute, gpr_a(1), gpr_b(2)),
       "@gprA_100 has no form as an operand of 8 bits here"},
      {make(Op::kShfB, gpr_a(0), imm(1), imm(0x81)),
       "0x1 and 0x81 share their bit 7 and differ in it"},
      {make(Op::kLdField, gpr_a(0)), "the source operand is missing, this operation reads it"},
      {make(Op::kJump), "the register operand is missing, this operation reads it"},
      {make(Op::kJump, {}, imm(1)), "0x1 is a constant, a register must stand here"},
      {make(Op::kBrByte, {}, gpr_a(1), gpr_b(1)),
       "gprB_1 is compared with, a constant must stand here"},
      {make(Op::kMemRead32, {}, gpr_b(1), imm(2)),
       "gprB_1 cannot stand here, the field names registers of bank A"},
      {make(Op::kMemRead32, {}, gpr_a(1), xfer(2)),
       "$xfer_2 cannot be the right address operand, that is a bank B register or a constant"},
      {make(Op::kMemRead32, {}, gpr_a(1), imm(128)),
       "0x80 is out of range, constants of this kind go up to 0x7f here"},
      {make(Op::kMemRead32, {}, lmem(2, 0), imm(0)),
       "*l$index2 is out of range, indices go up to 1 here"},
      {make(Op::kMemRead32, {}, none(), imm(0)),
       "the left address operand is missing, this operation reads it"},
  };
  for (const Refusal& refusal : kRefusals) expect_refusal(refusal);
}

TEST(IsaEncode, RefusesValuesThatDoNotFit) {
  const Insn alu = make(Op::kAluB, gpr_a(0), {}, gpr_b(2));
  const Insn shift = make(Op::kShfB, gpr_a(0), {}, gpr_b(2));
  const Insn mem = make(Op::kMemRead32, {}, gpr_a(1), gpr_b(2));
  const Refusal kRefusals[] = {
      {with(make(Op::kBr), [](Insn& i) { i.defer = 4; }),
       "a value does not fit field kDefer, at most 3 does"},
      {with(make(Op::kBr), [](Insn& i) { i.target = 16384; }),
       "target 16384 is out of range, at most 16383 fits"},
      {with(shift, [](Insn& i) { i.shift = 32; }),
       "shift amount 32 is out of range, at most 31 fits"},
      {with(mem, [](Insn& i) { i.count = 8; }),
       "a value does not fit field kCount, at most 7 does"},
      {with(mem, [](Insn& i) { i.xfer = 64; }),
       "transfer register 64 is out of range, at most 63 fits"},
      {with(make(Op::kBrBit, {}, gpr_a(1)), [](Insn& i) { i.bit = 32; }),
       "bit 32 is out of range, bits go up to 31"},
      {with(make(Op::kLocalCsrRd), [](Insn& i) { i.csr = 0x66; }),
       "register address 0x66 is no multiple of 4"},
      {with(make(Op::kLocalCsrRd), [](Insn& i) { i.csr = 0x2000; }),
       "register address 8192 is out of range, at most 8188 fits"},
      {with(make(Op::kImmed, gpr_a(0)), [](Insn& i) { i.imm_shift = 3; }),
       "immed has no form with width 0 and a shift of 3 bytes"},
      {with(make(Op::kShfAsr, gpr_a(0), {}, gpr_b(2)),
            [](Insn& i) { i.shift_control = ShiftControl::kLeft; }),
       "kShfAsr stands for another shift control than 2"},
      {with(alu, [](Insn& i) { i.reserved = 1; }),
       "bits 0x1 are not spare in this format, only 0xc1000000000 are"},
      {with(make(Op::kAluB, gpr_a(0), {}, lmem(2, 0)), [](Insn& i) { i.reserved = Word{1} << 42; }),
       "bits 0x40000000000 are not spare beside these operands"},
      {with(make(Op::kMemOther, {}, gpr_a(1), gpr_b(2)), [](Insn& i) { i.action = 28; }),
       "kMemOther with these fields is kMemRead32"},
      {with(make(Op::kShfOr, gpr_a(0), gpr_a(1), gpr_b(2)),
            [](Insn& i) { i.shift_control = ShiftControl::kDouble; }),
       "kShfOr with these fields is kShfDblOr"},
      {make(Op::kCmdOther), "kCmdOther with these fields is kIla"},
  };
  for (const Refusal& refusal : kRefusals) expect_refusal(refusal);
}

TEST(IsaEncode, OperandsDecideTheSwapBit) {
  constexpr Word kSwap = Word{1} << 30;
  EXPECT_EQ(*encode(make(Op::kAluSub, {}, gpr_a(1), gpr_b(2))) & kSwap, 0u);
  EXPECT_EQ(*encode(make(Op::kAluSub, {}, gpr_b(1), gpr_a(2))) & kSwap, kSwap);
  EXPECT_EQ(*encode(make(Op::kAluSub, {}, gpr_b(1), imm(2))) & kSwap, kSwap);
  EXPECT_EQ(*encode(make(Op::kAluSub, {}, imm(1), gpr_a(2))) & kSwap, kSwap);
  EXPECT_EQ(*encode(make(Op::kAluSub, {}, xfer(1), lmem(0, 0))) & kSwap, 0u);
}

// "--" encodes as 0; the vendor's 0x300 is a constant in the ignored place and stays what it is.
TEST(IsaEncode, IgnoredOperands) {
  EXPECT_EQ(*encode(make(Op::kAluB, gpr_a(0), {}, imm(5))), 0xa0000c1400u);
  EXPECT_EQ(*encode(make(Op::kAluB, gpr_a(0), imm(0), imm(5))), 0xa0000c1700u);
  EXPECT_EQ(decode(0xa0000c1700)->a, imm(0));
  EXPECT_EQ(disassemble(0xa0000c1700), "alu[gprA_0, 0x0, B, 0x5]");
}

}  // namespace
}  // namespace fpc
