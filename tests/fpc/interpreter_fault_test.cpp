// Faults of the simulated core: every kind, with the place it names.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <optional>
#include <random>
#include <set>

#include "fpc/isa.h"
#include "tests/fpc/interpreter_harness.h"

namespace fpc::test {
namespace {

constexpr Word kNop = 0xf0'000c'0300;

TEST(InterpreterFaults, ContextsMayPassOverWordsTheyNeverExecute) {
  Harness h(std::vector<Word>{with_ecc(0xd8'0080'8038), 0x1234'5678'9abc, with_ecc(kNop)});
  EXPECT_EQ(h.finish().kind, FaultKind::kNone);
}

TEST(InterpreterFaults, WordsThatDoNotDecode) {
  Harness h(std::vector<Word>{with_ecc(kNop), with_ecc(0x1fff'ffff'ffff)});
  const Fault fault = h.finish();
  EXPECT_EQ(fault.kind, FaultKind::kIllegalWord);
  EXPECT_EQ(fault.address, 1u);
  EXPECT_EQ(fault.word, with_ecc(0x1fff'ffff'ffff));
  EXPECT_EQ(h.instructions, 1u) << "a faulting word does not retire";
}

// A word that decodes as the row; the rows at the end of the table leave little room for it.
std::optional<Word> word_of(const InsnSpec& row) {
  std::mt19937_64 random(1);
  for (int tries = 0; tries < 10'000; ++tries) {
    const Word word = (random() & kInsnMask & ~row.mask) | row.match;
    const base::Result<Insn> insn = decode(word);
    if (insn && insn->op == row.op) return word;
  }
  return std::nullopt;
}

TEST(InterpreterFaults, RowsWithoutSemantics) {
  unsigned rows = 0;
  for (const InsnSpec& row : kInsnSpecs) {
    if (row.semantics != Semantics::kNone) continue;
    const std::optional<Word> word = word_of(row);
    ASSERT_TRUE(word.has_value()) << row.name;
    Harness h(std::vector<Word>{with_ecc(*word)});
    EXPECT_EQ(h.finish().kind, FaultKind::kIllegalWord) << row.name;
    ++rows;
  }
  EXPECT_GT(rows, 20u);
}

TEST(InterpreterFaults, ConditionalExecutionAndUnmodelledRegistersAreRefused) {
  for (const char* text :
       {"alu[gprA_0, --, B, 0x1], predicate_cc", "alu[gprA_0, --, B, n$reg_3]",
        "alu[*n$index++, --, B, 0x1]", "local_csr_rd[CtxArbCtrl]", "local_csr_wr[0x7fc, gprA_0]",
        "local_csr_wr[PseudoRndNum, gprA_0]", "ctx_arb[sig1, bpt]"}) {
    Harness h(std::string(text) + "\n");
    EXPECT_EQ(h.finish().kind, FaultKind::kIllegalWord) << text;
  }
}

TEST(InterpreterFaults, UnrelocatedWordsAreRefused) {
  Harness h(std::vector<Word>{with_ecc(kNop) | Word{1} << 56});
  EXPECT_EQ(h.finish().kind, FaultKind::kIllegalWord);
}

TEST(InterpreterFaults, EccCorrectsOneBitAndRefusesTwo) {
  const Word good = words_of("immed[gprA_0, 0x7]")[0];
  for (unsigned bit = 0; bit < 52; ++bit) {
    const std::vector<Word> words{good ^ (Word{1} << bit)};
    const base::Result<CodeStore> code = CodeStore::create(words);
    EXPECT_EQ(code->corrected_words(), 1u);
    Harness h(words);
    EXPECT_EQ(h.finish().kind, FaultKind::kNone) << bit;
    EXPECT_EQ(h.a(0), 7u);
  }
  Harness h(std::vector<Word>{good ^ Word{3}});
  EXPECT_EQ(h.finish().kind, FaultKind::kEccError);
  EXPECT_EQ(h.core.fault().word, good ^ Word{3});
}

TEST(InterpreterFaults, ACopyOfAStoreGoesWrongWithoutIt) {
  const Word good = words_of("immed[gprA_0, 0x7]")[0];
  const base::Result<CodeStore> code = CodeStore::create(std::vector<Word>{good, good});
  const CodeStore copy = code->flipped(1, 4);
  EXPECT_EQ(copy.word(0), good);
  EXPECT_EQ(copy.word(1), good ^ 4);
  EXPECT_EQ(copy.corrected_words(), 1u);
  EXPECT_EQ(code->word(1), good);
  EXPECT_EQ(code->corrected_words(), 0u);
}

TEST(InterpreterFaults, AStoreHoldsNoMoreWordsThanTheHardware) {
  EXPECT_TRUE(CodeStore::create(std::vector<Word>(kStoreWords)).has_value());
  const base::Result<CodeStore> large = CodeStore::create(std::vector<Word>(kStoreWords + 1));
  ASSERT_FALSE(large.has_value());
  EXPECT_EQ(large.error().code, base::ErrorCode::kOutOfRange);
  EXPECT_EQ(large.error().message, "8193 words, a control store holds 8192");
}

TEST(InterpreterFaults, IndirectShiftsNeedAnAluWordDirectlyBefore) {
  for (const char* between :
       {"nop", "immed[gprA_1, 0x3]", "ld_field[gprA_1, 0001, 0x3]", "local_csr_rd[Mailbox0]",
        "mul_step[gprA_6, --], 32x32_last2", "bne[.0]", "mem[write32, $xfer_0, gprA_2, 0x0, 1]",
        "mem[read32, $xfer_0, gprA_2, 0x0, 1], ctx_swap[sig1]"}) {
    for (const char* shift :
         {"alu_shf[gprA_0, --, B, gprB_1, <<indirect]", "asr[gprA_0, gprB_1, >>indirect]",
          "dbl_shf[gprA_0, gprA_1, gprB_1, >>indirect]",
          "ld_field[gprA_0, 0011, gprB_1, >>indirect]"}) {
      Harness h(std::string("alu[--, gprA_8, -, gprB_8]\n") + between + "\n" + shift + "\n");
      const Fault fault = h.finish();
      EXPECT_EQ(fault.kind, FaultKind::kIndirectShift) << between << " " << shift;
      EXPECT_EQ(fault.address, 2u);
    }
  }
  Harness first("alu_shf[gprA_0, --, B, gprB_1, <<indirect]\n");
  EXPECT_EQ(first.finish().kind, FaultKind::kIndirectShift);
}

TEST(InterpreterFaults, TheWatchdogStopsExactlyAtItsBudget) {
  Harness h("alu[gprA_0, gprA_0, +, 0x1]\nbr[.0]\n");
  const Step step = h.run(1001);
  EXPECT_EQ(step.reason, StopReason::kFault);
  EXPECT_EQ(h.core.fault().kind, FaultKind::kWatchdog);
  EXPECT_EQ(h.core.fault().address, 1u);
  EXPECT_EQ(step.cycles, 1001u);
  EXPECT_EQ(h.a(0), 251u);
  EXPECT_EQ(h.core.ready_slots(), 0u);
}

TEST(InterpreterFaults, AWatchdogOfZeroExecutesNothing) {
  Harness h("immed[gprA_0, 0x1]\n");
  EXPECT_EQ(h.run(0).reason, StopReason::kFault);
  EXPECT_EQ(h.core.fault().kind, FaultKind::kWatchdog);
  EXPECT_EQ(h.a(0), 0u);
}

TEST(InterpreterFaults, ACoreWithoutCodeFaultsInsteadOfCrashing) {
  Interpreter core;
  EXPECT_EQ(core.run(0, 100).reason, StopReason::kIdle);
  core.reset(0, 0xff, 1, 0);
  EXPECT_EQ(core.run(0, 100).reason, StopReason::kFault);
  EXPECT_EQ(core.fault().kind, FaultKind::kPcOutOfRange);
}

TEST(InterpreterFaults, MirroredRegistersAreComparedWhereArmed) {
  const std::string text =
      "immed[gprA_4, 0x1], gpr_wrboth\n"
      "immed[gprA_5, 0x2]\n"
      "nop\n"
      "immed[gprB_4, 0x3]\n"
      "nop\n";
  Harness unarmed(text);
  EXPECT_EQ(unarmed.finish().kind, FaultKind::kNone);
  Harness h(text);
  const MirrorPoint points[] = {{4, 1u << 4}, {2, 1u << 4}, {1, 1u << 4}};
  h.core.check_mirrors(points);
  const Fault fault = h.finish();
  EXPECT_EQ(fault.kind, FaultKind::kMirrorMismatch);
  EXPECT_EQ(fault.address, 4u);
  EXPECT_EQ(h.cycles, 4u) << "armed checks take no simulated time";
  h.core.check_mirrors({});
  h.core.reset(0, 1, 1, 0);
  EXPECT_EQ(h.finish().kind, FaultKind::kNone);
}

TEST(InterpreterFaults, ArmedChecksDoNotDisturbDeferSlots) {
  Harness h("br[.3], defer[1]\nimmed[gprA_0, 0x1]\nimmed[gprA_1, 0x1]\nnop\n");
  const MirrorPoint points[] = {{0, 1}};
  h.core.check_mirrors(points);
  EXPECT_EQ(h.finish().kind, FaultKind::kNone);
  EXPECT_EQ(h.a(0), 1u);
  EXPECT_EQ(h.a(1), 0u);
  EXPECT_EQ(h.cycles, 4u);
}

TEST(InterpreterFaults, EveryKindHasItsOwnName) {
  std::set<std::string> names;
  const auto last = static_cast<unsigned>(FaultKind::kWatchdog);
  for (unsigned kind = 0; kind <= last; ++kind) {
    names.insert(to_string(static_cast<FaultKind>(kind)));
  }
  EXPECT_EQ(names.size(), last + 1);
}

}  // namespace
}  // namespace fpc::test
