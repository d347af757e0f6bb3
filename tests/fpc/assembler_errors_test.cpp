// Every message of the assembler, with file and line.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "fpc/assembler.h"

namespace fpc {
namespace {

struct Mistake {
  const char* text;
  const char* message;
};

void expect_message(const Mistake& mistake) {
  const auto assembled = assemble(mistake.text, "x.uc");
  ASSERT_FALSE(assembled) << mistake.text;
  EXPECT_EQ(assembled.error().text(), mistake.message) << mistake.text;
}

TEST(AssemblerErrors, Lines) {
  constexpr Mistake kMistakes[] = {
      {"nop\nfoo[gprA_0]", "x.uc:2: 'foo' is no instruction"},
      {"alu[gprA_0, --, B, gprB_1", "x.uc:1: ']' is missing"},
      {"alu[gprA_0, --, B, (1]", "x.uc:1: ']' without its opening bracket"},
      {"alu gprA_0]", "x.uc:1: ']' without its opening bracket"},
      {"br[.8] defer[1]", "x.uc:1: 'defer[1]' follows without a comma"},
      {"[gprA_0]", "x.uc:1: no instruction stands before '[gprA_0]'"},
      {"nop,", "x.uc:1: nothing stands before or behind a comma"},
      {", nop", "x.uc:1: nothing stands before or behind a comma"},
      {"alu[gprA_0, --, B, gprB_1], , no_cc", "x.uc:1: nothing stands before or behind a comma"},
      {"1x: nop", "x.uc:1: '1x' is no name, names are letters, digits and underscores"},
      {"a: nop\na: nop", "x.uc:2: 'a' is already defined"},
      {"gprA_1: nop", "x.uc:1: 'gprA_1' is the name of a register"},
      {"a b: nop", "x.uc:1: 'a b' is no name, names are letters, digits and underscores"},
      {".equ a 1\n.reg a gprA_0", "x.uc:2: 'a' is already defined"},
  };
  for (const Mistake& mistake : kMistakes) expect_message(mistake);
}

TEST(AssemblerErrors, Directives) {
  constexpr Mistake kMistakes[] = {
      {".equ a", "x.uc:1: .equ takes a name and what it stands for"},
      {".equ", "x.uc:1: .equ takes a name and what it stands for"},
      {".reg a 5", "x.uc:1: '5' is no register"},
      {".reg a --", "x.uc:1: '--' is no register"},
      {".reg a gprA_x", "x.uc:1: 'gprA_x' is no register"},
      {".foo 1", "x.uc:1: '.foo' is no directive, .equ, .org and .reg are"},
      {".org 5\n.org 4", "x.uc:2: .org 4 is out of range, 5 to 16383 is allowed here"},
      {".org 16384", "x.uc:1: .org 16384 is out of range, 0 to 16383 is allowed here"},
      {".org x", "x.uc:1: 'x' is not defined"},
      {".org 16383\nnop\nnop", "x.uc:3: address 16384 is out of range, the last one is 16383"},
      {".org 16383\nnop\nend:", "x.uc:3: address 16384 is out of range, the last one is 16383"},
      {".reg r gprA_0\n.equ a r", "x.uc:2: 'r' is a register, a constant must stand here"},
  };
  for (const Mistake& mistake : kMistakes) expect_message(mistake);
}

TEST(AssemblerErrors, Expressions) {
  constexpr Mistake kMistakes[] = {
      {".equ a 1 +", "x.uc:1: expected a number or a name in '1 +', found the end"},
      {".equ a (1", "x.uc:1: expected ')' in '(1', found the end"},
      {".equ a 1 2", "x.uc:1: expected an operator or the end in '1 2', found '2'"},
      {".equ a 0x1g", "x.uc:1: '0x1g' is no number of at most 64 bits"},
      {".equ a 99999999999999999999",
       "x.uc:1: '99999999999999999999' is no number of at most 64 bits"},
      {".equ a b", "x.uc:1: 'b' is not defined"},
      {".equ a 1 $ 2", "x.uc:1: expected an operator or the end in '1 $ 2', found '$ 2'"},
      {".equ a 0x", "x.uc:1: '0x' is no number of at most 64 bits"},
  };
  for (const Mistake& mistake : kMistakes) expect_message(mistake);
}

TEST(AssemblerErrors, Immediates) {
  constexpr Mistake kMistakes[] = {
      {"immed[gprA_0, 0x12345678]",
       "x.uc:1: constant 0x12345678 does not fit one immed, use immed and immed_w1"},
      {"immed[gprA_0, 0x123456789]", "x.uc:1: constant 0x123456789 does not fit 32 bits"},
      {"immed[gprA_0, 0x12, <<4]", "x.uc:1: '<<4' is no shift of immed, <<8 and <<16 are"},
      {"immed[gprA_0, 0x12345, <<8]",
       "x.uc:1: constant 0x12345 does not fit 16 bits, nor does its complement"},
      {"immed_w1[gprA_0, 0x12345]",
       "x.uc:1: constant 0x12345 does not fit 16 bits, nor does its complement"},
      {"immed_w2[gprA_0, 1]", "x.uc:1: 'immed_w2' is no instruction"},
      {"immed[0x5, 1]", "x.uc:1: 0x5 cannot be a destination, it is a constant"},
  };
  for (const Mistake& mistake : kMistakes) expect_message(mistake);
}

TEST(AssemblerErrors, Shifts) {
  constexpr Mistake kMistakes[] = {
      {"alu_shf[gprA_0, --, B, gprB_1, 3]", "x.uc:1: '3' is no shift, it begins with << or >>"},
      {"alu_shf[gprA_0, --, B, gprB_1, >>32]",
       "x.uc:1: shift amount 32 is out of range, 1 to 31 is allowed"},
      {"alu_shf[gprA_0, --, B, gprB_1, <<0]",
       "x.uc:1: shift amount 0 is out of range, 1 to 31 is allowed"},
      {"alu_shf[gprA_0, --, B, gprB_1, >>rotindirect]", "x.uc:1: 'indirect' is not defined"},
      {"alu_shf[gprA_0, --, XOR, gprB_1]", "x.uc:1: alu_shf has no operation 'XOR'"},
      {"asr[gprA_0, gprB_1, gprB_2, gprB_3]",
       "x.uc:1: asr has 4 operands beside its shift, it takes 2 to 3"},
      {"asr[gprA_0, >>3]", "x.uc:1: asr has 1 operands beside its shift, it takes 2 to 3"},
      {"ld_field[gprA_0, 110, gprB_1]",
       "x.uc:1: '110' is no byte mask, that is four digits 0 or 1"},
      {"ld_field[gprA_0, 1102, gprB_1]",
       "x.uc:1: '1102' is no byte mask, that is four digits 0 or 1"},
  };
  for (const Mistake& mistake : kMistakes) expect_message(mistake);
}

TEST(AssemblerErrors, Operands) {
  constexpr Mistake kMistakes[] = {
      {"alu[gprA_0, --, B, *l$index0[1]x]", "x.uc:1: '*l$index0[1]x' is no register"},
      {"alu[gprA_0, --, B]", "x.uc:1: alu has 3 operands, it takes 4"},
      {"alu[gprA_0, --, FOO, gprB_1]", "x.uc:1: alu has no operation 'FOO'"},
      {"alu[gprA_0, --, B, 0x100]",
       "x.uc:1: constant 0x100 is out of range, operands hold 0 to 0xff"},
      {"alu[gprA_0, --, B, 0 - 1]",
       "x.uc:1: constant -0x1 is out of range, operands hold 0 to 0xff"},
      {"alu[gprA_0, --, B, gprC_1]", "x.uc:1: 'gprC_1' is not defined"},
      {"alu[gprA_0, --, B, $xfer]", "x.uc:1: '$xfer' is no register"},
      {"alu[gprA_0, --, B, *l$index4]", "x.uc:1: '*l$index4' is no register"},
      {"alu[gprA_0, --, B, *l$index0[16]]",
       "x.uc:1: offset 16 is out of range, words 0 to 15 can be named"},
      {"alu[gprA_0, --, B, *l$index0+]", "x.uc:1: '*l$index0+' is no register"},
      {"alu[gprA_0, --, B, *$index+]", "x.uc:1: '*$index+' is no register"},
      {"alu[gprA_0, --, B, @gpr_1]", "x.uc:1: '@gpr_1' is no register"},
      {"alu[gprA_0, --, B, gprB_99999999]", "x.uc:1: 'gprB_99999999' is no register"},
      {"alu[gprA_0, gprA_1, +, gprA_2]",
       "x.uc:1: gprA_1 and gprA_2 are of the same kind, one word reads one of each"},
      {"alu[gprA_0, --, B, ]", "x.uc:1: a value is missing"},
      {"alu[gprA_0, --, B, gprB_1], no_cc, no_cc", "x.uc:1: 'no_cc' stands twice"},
      {"alu[gprA_0, --, B, gprB_1], gpr_wrboth[1]", "x.uc:1: gpr_wrboth takes no arguments"},
      {"alu[gprA_0, --, B, gprB_1], load_cc", "x.uc:1: 'load_cc' does not belong to alu"},
      {"alu[gprA_0, --, B, gprB_1], bits[1]",
       "x.uc:1: bits 0x1 are not spare in this format, only 0xc1000000000 are"},
      {"alu[gprA_0, --, B, gprB_1], defer[1]", "x.uc:1: 'defer' does not belong to alu"},
  };
  for (const Mistake& mistake : kMistakes) expect_message(mistake);
}

TEST(AssemblerErrors, Commands) {
  constexpr Mistake kMistakes[] = {
      {"mem[fly, $xfer_0, gprA_0, gprB_0, 1]", "x.uc:1: mem has no operation 'fly'"},
      {"mem[fly.1, $xfer_0, gprA_0, gprB_0, 1]", "x.uc:1: 'fly' is not defined"},
      {"mem[28.0, $xfer_0, gprA_0, gprB_0, 1]",
       "x.uc:1: kMemOther with these fields is kMemRead32"},
      {"mem[microq.4, $xfer_0, gprA_0, gprB_0, 1]",
       "x.uc:1: token 4 is out of range, 0 to 3 is allowed"},
      {"mem[read32, gprA_0, gprA_0, gprB_0, 1]",
       "x.uc:1: 'gprA_0' is no transfer register $xfer_0 to $xfer_63"},
      {"mem[read32, $xfer_64, gprA_0, gprB_0, 1]",
       "x.uc:1: '$xfer_64' is no transfer register $xfer_0 to $xfer_63"},
      {"mem[read32, $xfer_0, gprA_0, gprB_0, 9]",
       "x.uc:1: count 9 is out of range, 1 to 8 is allowed"},
      {"mem[read32, $xfer_0, gprA_0, <<16, gprB_0, 1]",
       "x.uc:1: '<<16' stands where <<8 must stand"},
      {"mem[read32, $xfer_0, gprB_0, gprA_0, 1]",
       "x.uc:1: gprB_0 cannot stand here, the field names registers of bank A"},
      {"mem[read32, $xfer_0, gprA_0]", "x.uc:1: mem has 3 operands, it takes 5 to 6"},
      {"mem[add64, $xfer_0, gprA_0, gprB_0, 1]",
       "x.uc:1: add64 cannot have a count of 1, a 64-bit operand has 5 to 8 and others 1 to 4"},
      {"mem[add, $xfer_0, gprA_0, gprB_0, 5]",
       "x.uc:1: add cannot have a count of 5, a 64-bit operand has 5 to 8 and others 1 to 4"},
      {"mem[read32, $xfer_0, gprA_0, gprB_0, 1], defer[1]",
       "x.uc:1: 'defer' does not belong to mem"},
      {"mem[read32, $xfer_0, gprA_0, gprB_0, 1], ctx_swap[sig1], defer[3]",
       "x.uc:1: defer 3 is out of range, 0 to 2 is allowed"},
      {"mem[read32, $xfer_0, gprA_0, gprB_0, 1], ctx_swap[sig1, sig2]",
       "x.uc:1: ctx_swap has 2 arguments, it takes 1"},
      {"mem[read32, $xfer_0, gprA_0, gprB_0, 1], ctx_swap[sig1], gpr_wrboth",
       "x.uc:1: 'gpr_wrboth' does not belong to mem"},
      {"cls[32.0, $xfer_0, gprA_0, gprB_0, 1]",
       "x.uc:1: action 32 is out of range, 0 to 31 is allowed"},
      {"cmd[0]", "x.uc:1: kCmdOther with these fields is kIla"},
      {"cmd[0x8000000000]",
       "x.uc:1: bits 0x8000000000 are not spare in this format, only 0x1f7fffffffff are"},
      {"cmd[1, 2]", "x.uc:1: cmd has 2 operands, it takes 1"},
  };
  for (const Mistake& mistake : kMistakes) expect_message(mistake);
}

TEST(AssemblerErrors, BranchesAndOthers) {
  constexpr Mistake kMistakes[] = {
      {"br_signal[sig16, .8]", "x.uc:1: state 16 is out of range, 0 to 15 is allowed"},
      {"nop[1]", "x.uc:1: nop has 1 operands, it takes 0"},
      {"br[.16384]", "x.uc:1: target 16384 is out of range, 0 to 16383 is allowed"},
      {"br[nowhere]", "x.uc:1: 'nowhere' is not defined"},
      {"br[.8], defer[4]", "x.uc:1: defer 4 is out of range, 0 to 3 is allowed"},
      {"br[.8], defer", "x.uc:1: defer has 0 arguments, it takes 1"},
      {"br[.8], ctx_swap[sig1]", "x.uc:1: 'ctx_swap' does not belong to br"},
      {"br=ctx[16, .8]", "x.uc:1: state 16 is out of range, 0 to 15 is allowed"},
      {"br=ctx[.8]", "x.uc:1: br=ctx has 1 operands, it takes 2"},
      {"br_bset[gprA_0, 32, .8]", "x.uc:1: bit 32 is out of range, 0 to 31 is allowed"},
      {"br_bset[0x1, 3, .8]", "x.uc:1: 0x1 is a constant, a register must stand here"},
      {"br=byte[gprA_0, 4, 0x1, .8]", "x.uc:1: byte 4 is out of range, 0 to 3 is allowed"},
      {"br=byte[gprA_0, 1, gprB_1, .8]",
       "x.uc:1: gprB_1 is compared with, a constant must stand here"},
      {"jump[gprA_0, 0x10000]", "x.uc:1: constant 65536 is out of range, 0 to 65535 is allowed"},
      {"rtn[--]", "x.uc:1: the register operand is missing, this operation reads it"},
      {"ctx_arb[sig16]", "x.uc:1: signal 16 is out of range, 0 to 15 is allowed"},
      {"ctx_arb[]", "x.uc:1: a value is missing"},
      {"mul_step[gprA_0, gprB_1]",
       "x.uc:1: mul_step does not say which step, as start or 32x32_step1 do"},
      {"mul_step[gprA_0, gprB_1], 32x32_step5",
       "x.uc:1: mul_step does not say which step, as start or 32x32_step1 do"},
      {"mul_step[gprA_0, gprB_1], 32x32_last",
       "x.uc:1: 'gprB_1' stands behind the destination of 32x32_last, only -- may"},
      {"mul_step[gprA_0, gprB_1], start[1]", "x.uc:1: start takes no arguments"},
      {"mul_step[gprA_0], start", "x.uc:1: mul_step has 1 operands, it takes 2"},
      {"local_csr_rd[0x1]", "x.uc:1: register address 0x1 is no multiple of 4"},
      {"local_csr_rd[NoSuch]", "x.uc:1: 'NoSuch' is not defined"},
      {"local_csr_wr[ActLMAddr0]", "x.uc:1: local_csr_wr has 1 operands, it takes 2"},
      {"local_csr_wr[ActLMAddr0, --]",
       "x.uc:1: the register operand is missing, this operation reads it"},
  };
  for (const Mistake& mistake : kMistakes) expect_message(mistake);
}

TEST(AssemblerErrors, LimitsOfTheText) {
  const auto message = [](const std::string& text) {
    const auto assembled = assemble(text, "x.uc");
    return assembled ? "no error" : assembled.error().text();
  };
  EXPECT_EQ(message(".equ a " + std::string(65, '(') + "1"),
            "x.uc:1: the expression is nested deeper than 64");
  EXPECT_EQ(message(".equ a " + std::string(65, '-') + "1"),
            "x.uc:1: the expression is nested deeper than 64");
  EXPECT_EQ(message(std::string(1001, ' ')),
            "x.uc:1: the line has 1001 characters, at most 1000 are read");
  std::string many = "nop";
  for (int at = 0; at < 17; ++at) many += ", no_cc";
  EXPECT_EQ(message(many), "x.uc:1: 17 words follow the instruction, at most 16 may");
}

TEST(AssemblerErrors, SymbolsAreNamesToo) {
  const auto assembled = assemble("nop", "x.uc", {{"gprA_1", 5}});
  ASSERT_FALSE(assembled);
  EXPECT_EQ(assembled.error().text(), "'gprA_1' is the name of a register");
}

}  // namespace
}  // namespace fpc
