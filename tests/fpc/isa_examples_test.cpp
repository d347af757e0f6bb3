// Worked examples: texts and words of the instruction set's documentation.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "fpc/assembler.h"
#include "fpc/ecc.h"
#include "fpc/isa.h"

namespace fpc {
namespace {

struct Example {
  const char* text;
  Word word;
};

// Documented encodings.
constexpr Example kDocumented[] = {
    {"alu[gprB_22, gprB_22, AND, *l$index1]", 0xb441605a20},
    {"alu[--, 0x3, -, gprB_0]", 0xaab0000303},
    {"alu[gprA_0, --, B, 0x0]", 0xa0000c0000},
    {"alu[gprA_0, --, B, gprB_12], gpr_wrboth", 0x2a000003000},
    {"alu[*l$index0[1], --, B, gprB_13]", 0xa020103400},
    {"alu[gprA_0, --, B, *l$index3++], gpr_wrboth", 0x6a00008c000},
    {"alu[gprA_21, gprA_4, +16, *l$index1[2]]", 0xa281588804},
    {"alu[$xfer_0, --, B, gprA_8]", 0xa058000008},
    {"alu_shf[gprA_1, --, B, gprB_0, <<3]", 0x81d0100200},
    {"alu_shf[gprB_2, 0xff, AND, gprB_2, >>indirect]", 0x94002409ff},
    {"alu_shf[*l$index1[4], *l$index1[4], OR, 0x1, <<4]", 0x8bc5c0865c},
    {"ld_field[gprA_0, 1100, 0x82, <<16]", 0xc10c048a00},
    {"ld_field[gprA_0, 1100, gprB_2, <<16]", 0xc10c000a00},
    {"ld_field[*l$index1[2], 0011, gprA_21]", 0xc003096815},
    {"immed[gprA_0, 0x2], gpr_wrboth", 0x2f0000c0800},
    {"immed[gprB_22, 0x3fff]", 0xf003f05bff},
    {"immed_w1[gprB_2, 0x4411]", 0xf444400b11},
    {"immed[gprA_0, 0xffffffff], gpr_wrboth", 0x2f0800c0000},
    {"nop", 0xf0000c0300},
    {"br[.8]", 0xd802008038},
    {"rtn[gprA_21], defer[3]", 0xe8003c0015},
    {"rtn[gprA_21]", 0xe8000c0015},
    {"rtn[gprB_21], defer[3]", 0xe800305700},
    {"mul_step[gprA_6, gprB_21], start", 0xf800005406},
    {"mul_step[gprA_6, gprB_21], 32x32_step1", 0xf980005406},
    {"mul_step[gprA_6, gprB_21], 32x32_step2", 0xf980105406},
    {"mul_step[gprA_6, gprB_21], 32x32_step3", 0xf980205406},
    {"mul_step[gprA_6, gprB_21], 32x32_step4", 0xf980305406},
    {"mul_step[0x0, --], 32x32_last", 0xf980400300},
    {"mul_step[gprA_21, --], 32x32_last2, gpr_wrboth", 0x2f980500015},
    {"mem[add64, $xfer_0, gprB_20, <<8, gprA_20, 5], ctx_swap[sig1], defer[2]", 0x44718005214},
    {"mem[add_imm, $xfer_0, gprB_20, <<8, gprA_20, 1], indirect_ref", 0x64700085314},
    {"local_csr_wr[ActLMAddr0, gprA_22]", 0xfc066c0016},
    {"local_csr_wr[ActLMAddr0, gprB_4]", 0xfc06601300},
    {"local_csr_wr[ActLMAddr2, gprB_6]", 0xfc09601b00},
    {"local_csr_wr[ActLMAddr3, gprB_21]", 0xfc09e05700},
};

// Words put together by hand from the documented field positions, for what no documented word shows.
constexpr Example kByHand[] = {
    // alu: transfer register 35 is 0x180 + 0x40 + 3; absolute registers are 0x80 + number.
    {"alu[gprA_1, $xfer_35, +8, gprB_2]", 0xa4'8000'0000 | 1u << 20 | 2u << 10 | 0x1c3},
    {"alu[@gprB_100, @gprA_99, ~AND, @gprB_98]",
     0xb6'0000'0000 | Word{0x80 + 100} << 20 | (0x80 + 98) << 10 | (0x80 + 99)},
    {"alu[gprA_1, *$index++, OR, gprB_2]", 0xaa'0000'0000 | 1u << 20 | 2u << 10 | 0x102},
    {"alu[gprA_1, *$index--, OR, gprB_2]", 0xaa'0000'0000 | 1u << 20 | 2u << 10 | 0x104},
    {"alu[gprA_1, *n$index++, B-A, gprB_2]", 0xac'8000'0000 | 1u << 20 | 2u << 10 | 0x242},
    {"alu[gprA_1, n$reg_127, XOR, gprB_2]", 0xac'0000'0000 | 1u << 20 | 2u << 10 | 0x2ff},
    {"alu[*l$index2--, --, ffs, gprB_2], no_cc",
     Word{1} << 43 | Word{1} << 40 | 0xa7'0000'0000 | Word{0x211} << 20 | 2u << 10},
    {"alu[gprA_1, gprA_3, -carry, *l$index2[15]], predicate_cc",
     Word{1} << 44 | Word{1} << 42 | 0xa6'8000'0000 | 1u << 20 | 0x20fu << 10 | 3},
    // alu_shf: SC in 9:8, amount in 32:28, I8 in 18.
    {"alu_shf[gprA_1, gprA_3, AND~, gprB_2, >>rot13]",
     0x88'0000'0000 | Word{13} << 28 | 1u << 20 | 2u << 10 | 3},
    {"alu_shf[gprA_1, 0x80, ~AND, gprB_2, >>7]",
     0x86'0000'0000 | Word{7} << 28 | 1u << 20 | 1u << 18 | 2u << 10 | 1u << 8 | 0x20},
    {"dbl_shf[gprA_1, gprA_3, gprB_2, >>9]",
     0x80'0000'0000 | Word{9} << 28 | 1u << 20 | 2u << 10 | 3u << 8 | 3},
    {"asr[gprA_1, gprB_2, >>9]", 0x8c'0000'0000 | Word{9} << 28 | 1u << 20 | 2u << 10 | 1u << 8},
    {"byte_align[gprA_1, gprB_2, <<indirect]", 0x8e'0000'0000 | 1u << 20 | 2u << 10 | 2u << 8},
    {"ld_field_w_clr[gprA_1, 0110, gprB_2, >>rot8], load_cc",
     0xc0'0000'0000 | Word{1} << 34 | Word{8} << 28 | 6u << 24 | 1u << 20 | 2u << 10 | 1},
    // A destination behind index 2 or 3 sets both lmextn bits of ld_field and immed.
    {"ld_field[*l$index2[2], 0001, gprB_2]",
     Word{3} << 42 | 0xc0'0000'0000 | 1u << 24 | 2u << 10 | 0x52},
    {"immed[*l$index3[2], 0x1234]",
     Word{3} << 42 | 0xf0'0000'0000 | 0x12u << 20 | 0x334u << 10 | 0x222},
    {"immed_b3[gprA_2, 0x12]", 0xf0'0000'0000 | Word{3} << 33 | 1u << 29 | 0x312u << 10 | 2},
    {"immed_w0[gprA_2, 0xffff1234]",
     0xf0'0000'0000 | 1u << 31 | 2u << 29 | 0xedu << 20 | 0x3cbu << 10 | 2},
    // Branches: condition in 4:0, state in 17:14, address in 34:22 and bit 40.
    {"bgt[.16383], defer[3]",
     Word{1} << 40 | 0xd8'0000'0020 | Word{0x1fff} << 22 | 3u << 20 | 2u << 14 | 1u << 8 | 11},
    {"br=ctx[6, .8]", 0xd8'0000'0020 | 8u << 22 | 6u << 14 | 1u << 8 | 16},
    {"br_!signal[15, .8], defer[1]",
     0xd8'0000'0020 | 8u << 22 | 1u << 20 | 15u << 14 | 1u << 8 | 19},
    {"br_cls_state[3, .8]", 0xd8'0000'0020 | 8u << 22 | 3u << 14 | 1u << 8 | 22},
    {"br_bset[gprA_8, 31, .8]", 0xd0'0000'0000 | 8u << 22 | 1u << 18 | 0x60u << 10 | 8},
    {"br_bclr[gprB_8, 0, .8]", 0xd0'0000'0000 | 8u << 22 | 8u << 10 | 0x21},
    {"br=byte[gprA_8, 2, 0xff, .8]",
     0xc8'0000'0000 | 8u << 22 | 1u << 19 | 1u << 18 | 0xffu << 10 | 2u << 8 | 8},
    {"br!=byte[gprB_8, 3, 0x1, .8]", 0xc8'0000'0000 | 8u << 22 | 8u << 10 | 3u << 8 | 0x21},
    {"jump[gprA_3, 0x1234]", 0xe8'0000'0000 | 0x12u << 22 | 0x334u << 10 | 3},
    {"ctx_arb[sig1, sig15, any]", 0xe0'0000'0000 | 1u << 19 | 1u << 16 | 0x8002},
    {"ctx_arb[voluntary], br[.8], defer[2]",
     0xe0'0000'0000 | 8u << 22 | 2u << 20 | 1u << 19 | 1u << 18 | 1},
    {"ctx_arb[kill]", 0xe0'0000'0000},
    {"local_csr_rd[PseudoRndNum]", 0xfc14800000},
    {"local_csr_wr[XferIndex, 0x7f]",
     0xfc'0000'0000 | Word{0x74 / 4} << 22 | 1u << 21 | 0x37fu << 10 | 0x37f},
    {"local_csr_wr[0x1f0, $xfer_3]",
     0xfc'0000'0000 | Word{0x1f0 / 4} << 22 | 1u << 21 | 0x300u << 10 | 0x183},
    // Commands: xfer 4:0 in 24:20 and bit 40, count - 1 in 27:25, signal in 31:28, mode in 44:42.
    {"mem[test_add64_imm, $xfer_33, gprA_1, <<8, gprB_2, 8], sig_done[sig3]",
     Word{1} << 40 | Word{0x47} << 32 | 3u << 28 | 7u << 25 | 1u << 20 | 3u << 18 | 2u << 10 |
         3u << 8 | 1},
    {"mem[packet_add_thread, $xfer_0, 0x0, gprB_2, 8], ctx_swap[sig1]",
     Word{4} << 42 | Word{0x51} << 32 | 1u << 28 | 7u << 25 | 3u << 18 | 2u << 10 | 0x20},
    {"mem[microq.2, $xfer_0, gprA_1, gprB_2, 1]",
     Word{4} << 42 | Word{0x4d} << 32 | 2u << 18 | 2u << 10 | 3u << 8 | 1},
    {"mem[27.1, $xfer_0, gprA_1, gprB_2, 1]",
     Word{4} << 42 | Word{0x5b} << 32 | 1u << 18 | 2u << 10 | 3u << 8 | 1},
    {"cls[31.2, $xfer_0, gprA_1, gprB_2, 1], mode[5]",
     Word{5} << 42 | Word{0x7f} << 32 | 2u << 18 | 2u << 10 | 3u << 8 | 1},
    {"nbi[3.0, $xfer_0, gprA_1, gprB_2, 1]",
     Word{4} << 42 | Word{0x07} << 32 | 2u << 10 | 3u << 8 | 1},
    {"cmd[0x2000000000]", 0x20'0000'0000},
};

void expect_both_ways(const Example& example) {
  SCOPED_TRACE(example.text);
  EXPECT_EQ(disassemble(example.word), example.text);
  const auto assembled = assemble(example.text);
  ASSERT_TRUE(assembled) << assembled.error().text();
  ASSERT_EQ(assembled->words.size(), 1u);
  EXPECT_EQ(assembled->words[0], example.word) << std::hex << assembled->words[0];
}

TEST(IsaExamples, DocumentedWords) {
  for (const Example& example : kDocumented) expect_both_ways(example);
}

TEST(IsaExamples, WordsByHand) {
  for (const Example& example : kByHand) expect_both_ways(example);
}

TEST(IsaExamples, TextsThatReadAndPrintDifferently) {
  const Example kOther[] = {
      {"mul_step[--], 32x32_last", 0xf980400300},
      {"immed[--, 0x0]", kNopWord},
      {"bhs[.5]", 0xd801408124},
      {"blo[.5]", 0xd801408125},
      {"br[8]", 0xd802008038},
      {"immed[gprB_22, 3 << 2 | 0x3ff3]", 0xf003f05bff},
  };
  for (const Example& other : kOther) {
    const auto assembled = assemble(other.text);
    ASSERT_TRUE(assembled) << assembled.error().text();
    EXPECT_EQ(assembled->words.at(0), other.word) << other.text;
  }
}

TEST(IsaExamples, WordsThatAreIllegal) {
  constexpr Word kIllegal[] = {
      0xa1'0000'0000,                            // alu operation 2
      0xa0'0000'0000 | 0x20u << 10,              // register 32
      0xa0'0000'0000 | 0x040u << 10,             // no operand begins so
      0xaa'0000'0000 | 0x180u << 10 | 0x181,     // two transfer registers
      0xa0'0000'0000 | Word{0x301} << 20,        // a constant as destination
      0xd8'0000'002c,                            // condition 12
      0xd8'0000'0000,                            // bit 5 of a branch
      0xd0'0000'0000 | 0x20u << 10,              // br_bclr without a bit number
      0xf0'0000'0000 | 0xc0300 | Word{3} << 29,  // immed of width 3
      0xf0'0000'0000 | 5u << 10 | 6,             // immed without a constant
      0xfc'0020'0000 | 0x301u << 10 | 2,         // local_csr_wr beside a constant that is not 0
      0xf8'0010'0000,                            // mul_step start with step 2
  };
  for (const Word word : kIllegal) {
    const auto insn = decode(word);
    ASSERT_FALSE(insn) << disassemble(word);
    EXPECT_EQ(insn.error().code, base::ErrorCode::kInvalidInput);
    EXPECT_TRUE(disassemble(word).starts_with("<illegal 0x")) << disassemble(word);
  }
  EXPECT_EQ(decode(0xa100000000).error().message, "illegal word 0x00a100000000");
  EXPECT_EQ(disassemble(0xa100000000), "<illegal 0xa100000000>");
}

TEST(IsaExamples, BitsAboveTheInstructionAreIgnored) {
  EXPECT_EQ(disassemble(0x020ce0d802008038), "br[.8]");
}

}  // namespace
}  // namespace fpc
