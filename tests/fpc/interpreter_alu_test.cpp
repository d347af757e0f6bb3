// alu, alu_shf, immed, ld_field and mul_step on the interpreter, against arithmetic of the host.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <random>

#include "tests/fpc/interpreter_harness.h"

namespace fpc::test {
namespace {

constexpr int kRounds = 1'000;

uint32_t byte_swapped(uint32_t value) { return __builtin_bswap32(value); }

// Runs the same code again with other registers.
void rerun(Harness& h) { h.core.reset(0, 1, 1, 0); }

TEST(InterpreterAlu, SubtractsAndComparesIn64Bits) {
  Harness h(
      "alu[gprA_4, gprA_0, -, gprB_2]\n"
      "alu[gprA_5, gprA_1, -carry, gprB_3]\n");
  std::mt19937_64 random(7);
  for (int i = 0; i < kRounds; ++i) {
    const uint64_t x = random(), y = i % 4 == 0 ? x : random() >> (i % 64);
    rerun(h);
    h.a(0) = static_cast<uint32_t>(x);
    h.a(1) = static_cast<uint32_t>(x >> 32);
    h.b(2) = static_cast<uint32_t>(y);
    h.b(3) = static_cast<uint32_t>(y >> 32);
    h.finish();
    ASSERT_EQ(uint64_t{h.a(5)} << 32 | h.a(4), x - y);
    ASSERT_EQ(h.core.flags().c, x >= y);
    const Flags flags = h.core.flags();
    ASSERT_EQ(flags.n == flags.v, static_cast<int64_t>(x) >= static_cast<int64_t>(y));
  }
}

// The carry survives immed and ld_field between the halves (nfp-isa 5).
TEST(InterpreterAlu, CarrySurvivesImmedLdFieldAndLogic) {
  Harness h(
      "alu[gprA_2, gprA_0, +, gprB_0]\n"
      "immed[gprB_1, 0x2]\n"
      "ld_field[gprA_1, 0001, gprB_1]\n"
      "alu[gprA_3, gprA_1, AND, gprB_1]\n"
      "alu[gprA_3, gprA_1, +carry, gprB_1]\n");
  h.a(0) = h.b(0) = 0x8000'0000;
  h.finish();
  EXPECT_EQ(h.a(3), 5u);
}

TEST(InterpreterAlu, NoCcKeepsFlags) {
  Harness h(
      "alu[--, gprA_0, -, gprB_0]\n"
      "alu[gprA_1, gprA_0, +, 0x1], no_cc\n");
  h.finish();
  EXPECT_EQ(h.core.flags(), (Flags{.z = true, .c = true}));
}

TEST(InterpreterAlu, WritesBothBanks) {
  Harness h("alu[gprA_3, --, B, gprB_4], gpr_wrboth\nalu[gprB_5, --, ~B, gprB_4], gpr_wrboth\n");
  h.b(4) = 77;
  h.finish();
  EXPECT_EQ(h.a(3), 77u);
  EXPECT_EQ(h.b(3), 77u);
  EXPECT_EQ(h.a(5), ~77u);
  EXPECT_EQ(h.b(5), ~77u);
}

TEST(InterpreterAlu, TransferRegistersOfOneNumberAreTwo) {
  Harness h("alu[$xfer_3, --, B, gprB_4]\nalu[gprA_0, --, B, $xfer_3]\n");
  h.b(4) = 1;
  h.xfer_in(3) = 2;
  h.finish();
  EXPECT_EQ(h.xfer_out(3), 1u);
  EXPECT_EQ(h.a(0), 2u);
}

// 64-bit shifts as the reference lowering writes them: amounts 1..31 in a register.
TEST(InterpreterAlu, IndirectShiftsTakeTheAmountFromTheALeftOperandBefore) {
  Harness left(
      "alu[gprB_21, 0x20, -, gprB_8], gpr_wrboth\n"
      "alu[--, gprA_21, OR, 0x0]\n"
      "dbl_shf[gprA_7, gprA_7, gprB_6, >>indirect], gpr_wrboth\n"
      "alu[--, gprA_8, OR, 0x0]\n"
      "alu_shf[gprA_6, --, B, gprB_6, <<indirect], gpr_wrboth\n");
  Harness right(
      "alu[--, gprA_8, OR, 0x0]\n"
      "dbl_shf[gprA_6, gprA_7, gprB_6, >>indirect], gpr_wrboth\n"
      "alu[--, gprA_8, OR, gprB_7]\n"
      "asr[gprA_7, gprB_7, >>indirect], gpr_wrboth\n");
  std::mt19937_64 random(11);
  for (int i = 0; i < kRounds; ++i) {
    const uint64_t x = random();
    const unsigned n = 1 + static_cast<unsigned>(i) % 31;
    for (Harness* h : {&left, &right}) {
      rerun(*h);
      h->a(6) = h->b(6) = static_cast<uint32_t>(x);
      h->a(7) = h->b(7) = static_cast<uint32_t>(x >> 32);
      h->a(8) = h->b(8) = n;
      EXPECT_EQ(h->finish().kind, FaultKind::kNone);
    }
    ASSERT_EQ(uint64_t{left.a(7)} << 32 | left.b(6), x << n);
    // The OR exposes the sign only while the amount itself has none, as in real code.
    ASSERT_EQ(uint64_t{right.b(7)} << 32 | right.a(6),
              static_cast<uint64_t>(static_cast<int64_t>(x) >> n));
  }
}

TEST(InterpreterAlu, IndirectAmountIsTakenModulo32) {
  Harness h("alu[--, gprA_8, OR, 0x0]\nalu_shf[gprA_0, --, B, gprB_1, >>indirect]\n");
  h.a(8) = 0xffff'ff23;
  h.b(1) = 0x80;
  h.finish();
  EXPECT_EQ(h.a(0), 0x10u);
}

TEST(InterpreterAlu, AShiftPublishesTheAmountAgain) {
  Harness h(
      "alu[--, gprA_8, OR, 0x0]\n"
      "alu_shf[gprA_0, gprA_8, B, gprB_1, <<indirect]\n"
      "alu_shf[gprA_2, --, B, gprB_1, <<indirect]\n");
  h.a(8) = 4;
  h.b(1) = 1;
  EXPECT_EQ(h.finish().kind, FaultKind::kNone);
  EXPECT_EQ(h.a(2), 16u);
}

TEST(InterpreterAlu, AsrFillsFromThePreviousResult) {
  Harness h(
      "alu[gprA_1, --, B, gprB_6]\n"
      "asr[gprA_0, gprB_7, >>4]\n"
      "asr[gprA_2, gprB_7, >>4]\n");
  h.b(6) = 0x8000'0000;
  h.b(7) = 0x10;
  h.finish();
  EXPECT_EQ(h.a(0), 0xf000'0001u);
  EXPECT_EQ(h.a(2), 0xf000'0001u) << "the fill of an asr feeds the next one";
}

TEST(InterpreterAlu, ShiftsFeedEveryLogicalOperation) {
  Harness h(
      "alu_shf[gprA_0, gprA_10, AND, gprB_11, <<8]\n"
      "alu_shf[gprA_1, gprA_10, OR, gprB_11, >>8]\n"
      "alu_shf[gprA_2, gprA_10, ~AND, gprB_11, >>rot8]\n"
      "alu_shf[gprA_3, gprA_10, AND~, gprB_11]\n"
      "alu_shf[gprA_4, --, ~B, gprB_11, <<31]\n");
  const uint32_t x = h.a(10) = 0x0ff0'1234;
  const uint32_t y = h.b(11) = 0x89ab'cdef;
  h.finish();
  EXPECT_EQ(h.a(0), x & (y << 8));
  EXPECT_EQ(h.a(1), x | (y >> 8));
  EXPECT_EQ(h.a(2), ~x & (y >> 8 | y << 24));
  EXPECT_EQ(h.a(3), x & ~y);
  EXPECT_EQ(h.a(4), ~(y << 31));
}

TEST(InterpreterAlu, FindFirstSetTellsBit0FromNone) {
  Harness h("alu[gprA_0, --, ffs, gprB_0]\n");
  h.b(0) = 1;
  h.finish();
  EXPECT_EQ(h.a(0), 0u);
  EXPECT_FALSE(h.core.flags().z);
  rerun(h);
  h.finish();
  EXPECT_TRUE(h.core.flags().z);
}

TEST(InterpreterAlu, ImmedWritesWholeHalvesBytesAndComplements) {
  Harness h(
      "immed[gprA_0, 0xffff1234]\n"
      "immed[gprA_1, 0x1234, <<8]\n"
      "immed[gprA_2, 0x5678]\n"
      "immed_w1[gprA_2, 0x1234]\n"
      "immed_b3[gprA_3, 0xab]\n"
      "immed_w0[gprA_4, 0x1]\n");
  h.a(3) = h.a(4) = 0x1111'1111;
  h.finish();
  EXPECT_EQ(h.a(0), 0xffff'1234u);
  EXPECT_EQ(h.a(1), 0x12'3400u);
  EXPECT_EQ(h.a(2), 0x1234'5678u);
  EXPECT_EQ(h.a(3), 0xab11'1111u);
  EXPECT_EQ(h.a(4), 0x1111'0001u);
}

TEST(InterpreterAlu, LdFieldMergesEveryMaskAndShift) {
  std::mt19937 random(5);
  for (const char* shift : {"", ", >>3", ", <<13", ", >>rot8"}) {
    for (unsigned mask = 0; mask < 16; ++mask) {
      const std::string bits = {char('0' + (mask >> 3 & 1)), char('0' + (mask >> 2 & 1)),
                                char('0' + (mask >> 1 & 1)), char('0' + (mask & 1))};
      Harness h("ld_field[gprA_0, " + bits + ", gprB_1" + shift + "]\nld_field_w_clr[gprA_2, " +
                bits + ", gprB_1" + shift + "]\n");
      const auto old = static_cast<uint32_t>(random()), y = static_cast<uint32_t>(random());
      h.a(0) = h.a(2) = old;
      h.b(1) = y;
      h.finish();
      const std::string_view text = shift;
      const uint32_t moved = text == ", >>3"    ? y >> 3
                             : text == ", <<13" ? y << 13
                             : text == ""       ? y
                                                : (y >> 8 | y << 24);
      uint32_t lanes = 0;
      for (unsigned i = 0; i < 4; ++i) lanes |= (mask >> i & 1) != 0 ? 0xffu << 8 * i : 0;
      EXPECT_EQ(h.a(0), (old & ~lanes) | (moved & lanes)) << bits << shift;
      EXPECT_EQ(h.a(2), moved & lanes) << bits << shift;
    }
  }
}

TEST(InterpreterAlu, ByteSwapSequencesOfTheReferenceLowering) {
  Harness be32(
      "ld_field[gprB_6, 1111, gprA_6, >>rot8], gpr_wrboth\n"
      "ld_field[gprB_6, 0101, gprA_6, >>rot16], gpr_wrboth\n");
  be32.a(6) = be32.b(6) = 0x1122'3344;
  be32.finish();
  EXPECT_EQ(be32.a(6), byte_swapped(0x1122'3344));
  Harness be16(
      "ld_field[gprA_6, 1001, gprB_6, >>rot8], gpr_wrboth\n"
      "ld_field[gprB_6, 1110, gprA_6, >>16], gpr_wrboth\n");
  be16.a(6) = be16.b(6) = 0x1122'3344;
  be16.finish();
  EXPECT_EQ(be16.a(6), 0x4433u);
}

std::string mul_sequence(const std::string& type, unsigned steps) {
  std::string text = "mul_step[gprA_6, gprB_21], start\n";
  for (unsigned i = 1; i <= steps; ++i) {
    text += "mul_step[gprA_6, gprB_21], " + type + "_step" + std::to_string(i) + "\n";
  }
  return text + "mul_step[gprA_6, --], " + type + "_last, gpr_wrboth\nmul_step[gprA_7, --], " +
         type + "_last2\n";
}

TEST(InterpreterAlu, MulStepSequencesGiveProductsEvenIntoTheirOperand) {
  Harness full(mul_sequence("32x32", 4)), half(mul_sequence("16x16", 2)),
      narrow(mul_sequence("24x8", 1));
  std::mt19937 random(3);
  for (int i = 0; i < kRounds; ++i) {
    const auto x = static_cast<uint32_t>(random()), y = static_cast<uint32_t>(random());
    for (Harness* h : {&full, &half, &narrow}) {
      rerun(*h);
      h->a(6) = x;
      h->b(21) = y;
      h->finish();
    }
    ASSERT_EQ(uint64_t{full.a(7)} << 32 | full.b(6), uint64_t{x} * y);
    ASSERT_EQ(half.b(6), (x & 0xffff) * (y & 0xffff));
    ASSERT_EQ(narrow.b(6), (x & 0xff'ffff) * (y & 0xff));
  }
}

TEST(InterpreterAlu, AbsoluteRegistersRunThroughTheContextsWindows) {
  Harness h("alu[gprA_0, --, B, @gprB_65]\nalu[@gprA_97, --, B, gprB_1]\n");
  h.b(1, 2) = 42;
  h.b(1) = 43;
  h.finish();
  EXPECT_EQ(h.a(0), 42u);
  EXPECT_EQ(h.a(1, 3), 43u);
}

}  // namespace
}  // namespace fpc::test
