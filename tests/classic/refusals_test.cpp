// What is refused, with the message: expressions, text, programs.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/filter.h>

#include "offload-compiler/ebpf/classic/check.h"
#include "offload-compiler/ebpf/classic/convert.h"
#include "offload-compiler/ebpf/classic/expression.h"
#include "offload-compiler/ebpf/classic/text.h"

namespace classic_test {
namespace {

using classic::Insn;
using classic::Program;
using testing::HasSubstr;

TEST(Refusals, OfExpressionsAreLibpcapsWords) {
  struct {
    const char *expression, *message;
  } const rows[] = {
      {"tcp port", "syntax error"},
      {"nonsense", "syntax error"},
      {"net 10.0.0.1/8", "non-network bits set"},
      {"port 70000", "illegal port number 70000 > 65535"},
      {"tcp[0:3] = 1", "data size must be 1, 2, or 4"},
      {"ip broadcast", "netmask not known"},
      {"ip and ip6", "expression rejects all packets"},
      {"ip[0] / 0 = 1", "division by zero"},
  };
  for (const auto& row : rows) {
    const auto filter = classic::compile_expression(row.expression);
    ASSERT_FALSE(filter) << row.expression;
    EXPECT_THAT(filter.error().text(), HasSubstr(row.message)) << row.expression;
  }
}

TEST(Refusals, OfLongExpressionsComeBeforeLibpcapIsAsked) {
  const auto filter = classic::compile_expression(std::string(8193, ' '));
  ASSERT_FALSE(filter);
  EXPECT_EQ(filter.error().text(), "filter of 8193 bytes, allowed are up to 8192");
}

TEST(Refusals, OfWhatLibpcapCompilesButNoCardRuns) {
  struct {
    const char *expression, *message;
  } const rows[] = {
      {"ip protochain 6", "jump back to insn 4, jumps only go forward"},
      {"inbound", "SKF_AD_PKTTYPE: whom a frame is for is decided by the host's device"},
  };
  for (const auto& row : rows) {
    const auto filter = classic::compile_expression(row.expression);
    ASSERT_TRUE(filter) << row.expression;
    const auto program = classic::convert(*filter, {.source = row.expression});
    ASSERT_FALSE(program) << row.expression;
    EXPECT_THAT(program.error().text(), HasSubstr(row.message));
    EXPECT_THAT(program.error().text(), HasSubstr(row.expression));
  }
}

TEST(Refusals, OfTextNameLineFoundAndAllowed) {
  struct {
    const char *text, *message;
  } const rows[] = {
      {"", "f: no instructions"},
      {"\n \n", "f: no instructions"},
      {"hello", "f:1: no text of tcpdump -d"},
      {"2\n6 0 0 0\n", "f: 1 instructions, the first line announces 2"},
      {"1\n6 0 0 0\n\n6 0 0 0\n", "f:4: instructions beyond the 1 that the first line announces"},
      {"0\n", "f:1: '0' where the number of instructions is needed, 1 to 4096"},
      {"5000\n", "f:1: '5000' where the number of instructions is needed, 1 to 4096"},
      {"1 2\n", "f:1: '1 2' where the number of instructions is needed"},
      {"1\n6 0 0\n", "f:2: 3 of the 4 numbers of an instruction"},
      {"1\n6 0 0 0 0\n", "f:2: more than the 4 numbers"},
      {"1\n6 256 0 0\n", "f:2: '256' where a number up to 255 is needed"},
      {"1\n6 0 0 4294967296\n", "f:2: '4294967296' where a number up to 4294967295 is needed"},
      {"{ 0x6, 0, 0, x },\n", "f:1: 'x' where a number up to 4294967295 is needed"},
      {"{ 0x6, 0, 0 },\n", "f:1: 3 of the 4 numbers"},
      {"(000) fly      #1\n", "f:1: unknown mnemonic 'fly'"},
      {"(001) ret      #1\n", "f:1: begins with '(001)', needed is the instruction's number (000)"},
      {"(000) ret      [1]\n", "f:1: '[1]' is no operand of ret"},
      {"(000) jeq      #0x1\n", "f:1: ' ' behind a conditional jump, needed are 'jt N' and 'jf N'"},
      {"(000) jeq      #0x1  jt 1\tjf 400\n", "f:1: jf 400, allowed from here are 1 to 256"},
      {"(000) jeq      #0x1  jt 0\tjf 1\n", "f:1: jt 0, allowed from here are 1 to 256"},
      {"(000) jeq      #0x1  jt 1\tjf 1 2\n", "f:1: '2' behind the jump's targets"},
  };
  for (const auto& row : rows) {
    const auto program = classic::read_text(row.text, "f");
    ASSERT_FALSE(program) << row.text;
    EXPECT_THAT(program.error().text(), HasSubstr(row.message)) << row.text;
  }
}

TEST(Refusals, OfTextWithTooManyInstructions) {
  std::string text;
  for (size_t i = 0; i <= classic::kMaxInsns; ++i) text += "{ 0x6, 0, 0, 0 },\n";
  const auto program = classic::read_text(text, "f");
  ASSERT_FALSE(program);
  EXPECT_EQ(program.error().text(),
            "f:4097: more than 4096 instructions, the most a program may have");
}

TEST(Refusals, OfProgramsNameInstructionFoundAndAllowed) {
  const Insn accept{BPF_RET | BPF_K, 0, 0, 1};
  struct {
    Program program;
    const char* message;
  } const rows[] = {
      {{}, "0 instructions, allowed are 1 to 4096"},
      {Program(classic::kMaxInsns + 1, accept), "4097 instructions, allowed are 1 to 4096"},
      {{{0xff, 0, 0, 0}, accept}, "insn 0: unknown opcode 0xff"},
      {{{BPF_LD | BPF_IMM, 0, 0, 0}}, "insn 0: the last instruction is ld, needed is ret"},
      {{{BPF_JMP | BPF_JA, 0, 0, 1}, accept},
       "insn 0: jump to insn 2, the program ends with insn 1"},
      {{{BPF_JMP | BPF_JEQ, 0, 9, 1}, accept}, "insn 0: jump to insn 10, the program ends"},
      {{{BPF_JMP | BPF_JEQ, 9, 0, 1}, accept}, "insn 0: jump to insn 10, the program ends"},
      {{{BPF_JMP | BPF_JA, 0, 0, UINT32_MAX}, accept}, "insn 0: jump back to insn 0"},
      {{{BPF_ALU | BPF_DIV, 0, 0, 0}, accept}, "insn 0: division by the constant 0"},
      {{{BPF_ALU | BPF_MOD, 0, 0, 0}, accept}, "insn 0: division by the constant 0"},
      {{{BPF_ALU | BPF_LSH, 0, 0, 32}, accept}, "insn 0: shift by 32, allowed are 0 to 31"},
      {{{BPF_ALU | BPF_RSH, 0, 0, 99}, accept}, "insn 0: shift by 99, allowed are 0 to 31"},
      {{{BPF_ST, 0, 0, 16}, accept}, "insn 0: scratch word M[16], allowed are M[0] to M[15]"},
      {{{BPF_LD | BPF_MEM, 0, 0, 3}, accept}, "insn 0: M[3] is loaded, but not stored"},
      {{{BPF_JMP | BPF_JEQ, 1, 0, 0}, {BPF_ST, 0, 0, 1}, {BPF_LDX | BPF_MEM, 0, 0, 1}, accept},
       "insn 2: M[1] is loaded, but not stored on every path to here"},
      {{{BPF_LD | BPF_ABS | BPF_W, 0, 0, 0xfffff001}, accept},
       "insn 0: load at -4095, which is no"},
  };
  for (const auto& row : rows) {
    const auto checked = classic::check(row.program);
    ASSERT_FALSE(checked) << row.message;
    EXPECT_THAT(checked.error().text(), HasSubstr(row.message));
  }
}

TEST(Refusals, OfAncillaryLoadsNameTheReason) {
  for (const classic::Ancillary& row : classic::kAncillaries) {
    const Program program = {{BPF_LD | BPF_ABS | BPF_W, 0, 0, classic::kAncillaryBase + row.offset},
                             {BPF_RET | BPF_A, 0, 0, 0}};
    const auto checked = classic::check(program);
    EXPECT_EQ(checked.has_value(), row.reading != classic::Reading::kNone) << row.name;
    if (checked) continue;
    EXPECT_THAT(checked.error().text(), HasSubstr(std::string("SKF_AD_") + row.name + ": "));
    EXPECT_THAT(checked.error().text(), HasSubstr(row.reason));
  }
}

}  // namespace
}  // namespace classic_test
