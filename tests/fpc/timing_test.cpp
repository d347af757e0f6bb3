// Cycles of every kind of word: issue, taken and fresh branches, filled defer slots, swaps.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <optional>

#include "fpc/assembler.h"
#include "fpc/isa.h"
#include "fpc/word_cost.h"
#include "tests/fpc/interpreter_harness.h"

namespace fpc::test {
namespace {

struct Cost {
  uint64_t cycles, instructions;
  bool operator==(const Cost&) const = default;
};

Cost cost_of(const std::string& text, uint32_t a1 = 0) {
  Harness h(text);
  h.a(1) = a1;
  EXPECT_EQ(h.finish().kind, FaultKind::kNone) << text;
  return {h.cycles, h.instructions};
}

TEST(Timing, OrdinaryWordsTakeOneCycle) {
  for (const char* text :
       {"alu[gprA_0, gprA_1, +, gprB_1]\n", "alu_shf[gprA_0, --, B, gprB_1, <<3]\n", "nop\n",
        "immed_w1[gprA_0, 0x12]\n", "ld_field[gprA_0, 0011, gprB_1]\n",
        "mul_step[gprA_6, gprB_21], start\n", "local_csr_wr[ActLMAddr0, gprA_1]\n",
        "local_csr_rd[ActLMAddr0]\n", "alu[gprA_0, --, B, *l$index0++]\n",
        "mem[write32, $xfer_0, gprA_2, 0x0, 1]\n"}) {
    EXPECT_EQ(cost_of(text), (Cost{1, 1})) << text;
  }
}

// decision 10: a taken branch is 1 + n + (cost - 1 - n) bubbles; docs/timing.md has the sources.
TEST(Timing, ConditionalBranches) {
  struct Row {
    const char* branch;
    bool taken;
  };
  // After alu[--, gprA_1, -, 0x1] with A1 = 1: Z and C set, N and V clear.
  for (const Row& row : {Row{"beq", true},
                         {"bne", false},
                         {"bmi", false},
                         {"bpl", true},
                         {"bcs", true},
                         {"bcc", false},
                         {"bvs", false},
                         {"bvc", true},
                         {"bge", true},
                         {"blt", false},
                         {"ble", true},
                         {"bgt", false}}) {
    const std::string branch = row.branch;
    const std::string flags = "alu[--, gprA_1, -, 0x1]\n";
    EXPECT_EQ(cost_of(flags + branch + "[.2]\n", 1), (Cost{row.taken ? 5u : 2u, 2})) << branch;
    EXPECT_EQ(cost_of(flags + "nop\n" + branch + "[.3]\n", 1), (Cost{row.taken ? 5u : 3u, 3}))
        << branch << " one cycle after the flags";
  }
}

TEST(Timing, FilledDeferSlotsReplaceBubbles) {
  const std::string fresh = "alu[--, gprA_1, -, 0x1]\n";
  const std::string stale = fresh + "nop\n";
  const std::string slots = "nop\nnop\nnop\n";
  for (unsigned n = 1; n <= 3; ++n) {
    const std::string defer = ", defer[" + std::to_string(n) + "]\n";
    const std::string words = slots.substr(0, 4 * n);
    const auto at = [](unsigned address) { return "[." + std::to_string(address) + "]"; };
    EXPECT_EQ(cost_of(fresh + "beq" + at(2 + n) + defer + words, 1), (Cost{5, 2 + n}));
    EXPECT_EQ(cost_of(stale + "beq" + at(3 + n) + defer + words, 1),
              (Cost{2 + std::max(3u, 1 + n), 3 + n}));
    EXPECT_EQ(cost_of(stale + "bne" + at(3 + n) + defer + words, 1), (Cost{3 + n, 3 + n}));
    EXPECT_EQ(cost_of("br" + at(1 + n) + defer + words), (Cost{std::max(3u, 1 + n), 1 + n}));
    EXPECT_EQ(cost_of("jump[gprA_1, " + std::to_string(1 + n) + "]" + defer + words),
              (Cost{4, 1 + n}));
  }
}

TEST(Timing, BranchesWithoutFlags) {
  EXPECT_EQ(cost_of("br[.1]\n"), (Cost{3, 1}));
  EXPECT_EQ(cost_of("jump[gprA_1, 0x1]\n"), (Cost{4, 1}));
  EXPECT_EQ(cost_of("br_bset[gprA_1, 0, .1]\n", 1), (Cost{4, 1}));
  EXPECT_EQ(cost_of("br_bset[gprA_1, 0, .1]\n", 0), (Cost{1, 1}));
  EXPECT_EQ(cost_of("br=byte[gprA_1, 0, 0x1, .1]\n", 1), (Cost{4, 1}));
  EXPECT_EQ(cost_of("br=byte[gprA_1, 0, 0x1, .1]\n", 0), (Cost{1, 1}));
  EXPECT_EQ(cost_of("br=ctx[0, .1]\n"), (Cost{3, 1}));
  EXPECT_EQ(cost_of("br!=ctx[0, .1]\n"), (Cost{1, 1}));
  EXPECT_EQ(cost_of("br_!signal[1, .1]\n"), (Cost{3, 1}));
  EXPECT_EQ(cost_of("br_signal[1, .1]\n"), (Cost{1, 1}));
}

TEST(Timing, SwappingCommandsTakeThreeCyclesWithTheirSlots) {
  const std::string read = "mem[read32, $xfer_0, gprA_2, 0x0, 1], ctx_swap[sig1]";
  EXPECT_EQ(cost_of(read + "\n"), (Cost{3, 1}));
  EXPECT_EQ(cost_of(read + ", defer[1]\nnop\n"), (Cost{3, 2}));
  EXPECT_EQ(cost_of(read + ", defer[2]\nnop\nnop\n"), (Cost{3, 3}));
}

TEST(Timing, ArbitrationTakesThreeCyclesWithItsSlots) {
  EXPECT_EQ(cost_of("ctx_arb[voluntary]\n"), (Cost{3, 1}));
  EXPECT_EQ(cost_of("ctx_arb[voluntary], defer[2]\nnop\nnop\n"), (Cost{3, 3}));
}

// What cost_of() says of words before they run is what the interpreter takes.
TEST(Timing, WordsTellTheirCostBeforeTheyRun) {
  const struct {
    const char* text;
    uint32_t a1;
    bool taken;  // the last word
  } kRows[] = {{"nop\n", 0, false},
               {"br[.1]\n", 0, false},
               {"br[.3], defer[2]\nnop\nnop\n", 0, false},
               {"jump[gprA_1, 0x1]\n", 0, false},
               {"mem[read32, $xfer_0, gprA_2, 0x0, 1], ctx_swap[sig1]\n", 0, false},
               {"mem[read32, $xfer_0, gprA_2, 0x0, 1], ctx_swap[sig1], defer[1]\nnop\n", 0, false},
               {"mem[write32, $xfer_0, gprA_2, 0x0, 1]\n", 0, false},
               {"ctx_arb[voluntary]\n", 0, false},
               {"br_bset[gprA_1, 0, .1]\n", 1, true},
               {"br_bset[gprA_1, 0, .1]\n", 0, false},
               {"alu[--, gprA_1, -, 0x1]\nbeq[.2]\n", 1, true},
               {"alu[--, gprA_1, -, 0x1]\nbeq[.2]\n", 2, false},
               {"alu[--, gprA_1, -, 0x1]\nnop\nbeq[.3]\n", 1, true}};
  for (const auto& row : kRows) {
    const auto assembly = assemble(row.text);
    ASSERT_TRUE(assembly) << row.text;
    uint64_t cycles = 0;
    std::optional<Insn> before;
    for (size_t i = 0; i < assembly->words.size(); ++i) {
      const Insn insn = decode(assembly->words[i]).value();
      const WordCost cost = fpc::cost_of(insn, before ? &*before : nullptr);
      cycles += row.taken && i + 1 == assembly->words.size() ? cost.taken : cost.straight;
      before = insn;
    }
    EXPECT_EQ(cost_of(row.text, row.a1).cycles, cycles) << row.text;
  }
}

// A step's cycles are what the context occupied the core with, up to its boundary.
TEST(Timing, StepsAddUp) {
  Harness h(
      "alu[--, gprA_0, -, 0x1]\n"
      "mem[read32, $xfer_0, gprA_2, 0x0, 1], ctx_swap[sig1]\n"
      "mem[write32, $xfer_0, gprA_2, 0x0, 1]\n"
      "nop\n");
  Step step = h.run();
  EXPECT_EQ(step.reason, StopReason::kCommand);
  EXPECT_EQ(step.cycles, 4u);
  h.complete();
  step = h.run();
  EXPECT_EQ(step.reason, StopReason::kCommand);
  EXPECT_EQ(step.cycles, 1u);
  h.complete();
  step = h.run();
  EXPECT_EQ(step.reason, StopReason::kFault);
  EXPECT_EQ(step.cycles, 1u) << "the missing word behind the end costs nothing";
}

}  // namespace
}  // namespace fpc::test
