// Labels, directives, expressions and the forms that the assembler chooses.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/assembler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fpc {
namespace {

using testing::ElementsAre;
using testing::Pair;

Word only_word(const std::string& text, const std::map<std::string, int64_t>& symbols = {}) {
  const auto assembled = assemble(text, "test", symbols);
  if (!assembled || assembled->words.size() != 1) {
    ADD_FAILURE() << text << ": " << (assembled ? "not one word" : assembled.error().text());
    return 0;
  }
  return assembled->words[0];
}

std::vector<std::string> texts(const Assembly& assembly) {
  std::vector<std::string> lines;
  for (const Word word : assembly.words) lines.push_back(disassemble(word));
  return lines;
}

TEST(Assembler, LabelsAreAbsoluteAndMayComeLater) {
  const auto assembled = assemble(R"(
start: immed[gprA_0, end]      ; a label is a constant
loop:  alu[gprA_0, gprA_0, -, 0x1]
       bne[loop], defer[1]     // backwards
       nop
       br[end + 1]
end:   rtn[gprA_1]
first: second: nop
)",
                                  "test", {}, 100);
  ASSERT_TRUE(assembled) << assembled.error().text();
  EXPECT_EQ(assembled->origin, 100);
  EXPECT_THAT(texts(*assembled),
              ElementsAre("immed[gprA_0, 0x69]", "alu[gprA_0, gprA_0, -, 0x1]",
                          "bne[.101], defer[1]", "nop", "br[.106]", "rtn[gprA_1]", "nop"));
  EXPECT_THAT(assembled->labels,
              ElementsAre(Pair("end", 105), Pair("first", 106), Pair("loop", 101),
                          Pair("second", 106), Pair("start", 100)));
  EXPECT_THAT(assembled->lines, ElementsAre(2, 3, 4, 5, 6, 7, 8));
}

TEST(Assembler, OrgFillsWithNops) {
  const auto assembled = assemble("br[.4]\n.org 2 + 1\nhere: br[here]\n", "test", {}, 1);
  ASSERT_TRUE(assembled) << assembled.error().text();
  EXPECT_THAT(assembled->words, ElementsAre(only_word("br[.4]"), kNopWord, only_word("br[.3]")));
  EXPECT_THAT(assembled->lines, ElementsAre(1, 0, 3));
}

TEST(Assembler, NamesOfConstantsAndRegisters) {
  const auto assembled = assemble(R"(
.equ words 4
.equ bytes words * 4
.reg counter *l$index1[words - 1]
.reg limit gprB_3
.reg page $xfer_2
alu[counter, page, +, limit]
immed[limit, bytes]
mem[read32, page, 0x0, limit, words], ctx_swap[sig1]
alu[counter, --, B, *l$index0[words]]
)");
  ASSERT_TRUE(assembled) << assembled.error().text();
  EXPECT_THAT(texts(*assembled),
              ElementsAre("alu[*l$index1[3], $xfer_2, +, gprB_3]", "immed[gprB_3, 0x10]",
                          "mem[read32, $xfer_2, 0x0, gprB_3, 4], ctx_swap[sig1]",
                          "alu[*l$index1[3], --, B, *l$index0[4]]"));
}

TEST(Assembler, SymbolsOfTheCaller) {
  const std::map<std::string, int64_t> symbols = {{"entry", 200}, {"error", -22}, {"width", 3}};
  EXPECT_EQ(only_word("br[entry]", symbols), only_word("br[.200]"));
  EXPECT_EQ(only_word("immed[gprA_1, error]", symbols), only_word("immed[gprA_1, 0xffffffea]"));
  EXPECT_EQ(only_word("alu_shf[gprA_1, --, B, gprB_2, <<width]", symbols),
            only_word("alu_shf[gprA_1, --, B, gprB_2, <<3]"));
  EXPECT_EQ(only_word("jump[gprA_3, entry]", symbols), only_word("jump[gprA_3, 0xc8]"));
}

struct Value {
  const char* expression;
  const char* constant;
};

TEST(Assembler, Expressions) {
  constexpr Value kValues[] = {{"1 + 2 * 3", "7"},       {"(1 + 2) * 3", "9"},
                               {"10 - 3 - 2", "5"},      {"1 << 4 + 1", "0x20"},
                               {"0x10 | 0b11", "0x13"},  {"~0x0f & 0xff", "0xf0"},
                               {"0x100 >> 4 >> 2", "4"}, {"- -5", "5"},
                               {"2 * -3 + 7", "1"},      {"1|2&3", "3"},
                               {"(((((7)))))", "7"},     {" 0x2 ", "2"},
                               {"1 << 64", "0"},         {"0xffff << 48 >> 56", "0xff"}};
  for (const Value& value : kValues) {
    EXPECT_EQ(only_word("immed[gprA_0, " + std::string(value.expression) + "]"),
              only_word("immed[gprA_0, " + std::string(value.constant) + "]"))
        << value.expression;
  }
}

struct Immediate {
  const char* constant;
  const char* text;
};

TEST(Assembler, ImmedChoosesShiftAndInversion) {
  constexpr Immediate kImmediates[] = {
      {"0xffff", "immed[gprA_0, 0xffff]"},
      {"-1", "immed[gprA_0, 0xffffffff]"},
      {"0xffff0000", "immed[gprA_0, 0xffff0000]"},
      {"0x123400", "immed[gprA_0, 0x1234, <<8]"},
      {"0x12340000", "immed[gprA_0, 0x1234, <<16]"},
      {"0xff1234ff", "immed[gprA_0, 0xffff1234, <<8]"},
      {"0x1234ffff", "immed[gprA_0, 0xffff1234, <<16]"},
      {"-0x80000000", "immed[gprA_0, 0x8000, <<16]"},
  };
  for (const Immediate& immediate : kImmediates) {
    const Word word = only_word("immed[gprA_0, " + std::string(immediate.constant) + "]");
    EXPECT_EQ(disassemble(word), immediate.text) << immediate.constant;
  }
}

TEST(Assembler, TheOrderOfAddressOperandsDecidesTheMode) {
  const auto mode = [](const std::string& address) {
    return decode(only_word("mem[read32, $xfer_0, " + address + ", 1]"))->address_mode;
  };
  EXPECT_EQ(mode("gprA_1, gprB_2"), AddressMode::kAPlusB);
  EXPECT_EQ(mode("gprA_1, <<8, gprB_2"), AddressMode::kAShift8PlusB);
  EXPECT_EQ(mode("gprB_2, <<8, gprA_1"), AddressMode::kBShift8PlusA);
  EXPECT_EQ(mode("gprB_2, <<8, 0x0"), AddressMode::kBShift8PlusA);
  EXPECT_EQ(mode("0x1, <<8, gprA_1"), AddressMode::kBShift8PlusA);
  EXPECT_EQ(mode("0x1, <<8, gprB_1"), AddressMode::kAShift8PlusB);
  EXPECT_EQ(mode("*l$index0[1], <<8, gprB_1"), AddressMode::kAShift8PlusB);
}

TEST(Assembler, BlanksCommentsAndLineEnds) {
  EXPECT_EQ(
      only_word("\t alu [ gprA_0 ,--,  B,gprB_1 ] , gpr_wrboth ; x [ ] \r\n\r\n  // nothing\n"),
      only_word("alu[gprA_0, --, B, gprB_1], gpr_wrboth"));
  const auto empty = assemble("; only a comment");
  ASSERT_TRUE(empty);
  EXPECT_TRUE(empty->words.empty());
}

TEST(Assembler, TheLastAddressCanBeUsed) {
  const auto assembled = assemble(".org 16383\nbr[.16383]");
  ASSERT_TRUE(assembled) << assembled.error().text();
  EXPECT_EQ(assembled->words.size(), 16384u);
}

}  // namespace
}  // namespace fpc
