// Contexts: round robin, sleep and wake-up, signals, the boundaries of run().
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "tests/fpc/interpreter_harness.h"

namespace fpc::test {
namespace {

using ::testing::ElementsAre;

std::vector<unsigned> order_of(Harness& h, unsigned steps) {
  std::vector<unsigned> slots;
  for (unsigned i = 0; i < steps; ++i) slots.push_back(h.run().slot);
  return slots;
}

TEST(InterpreterContexts, YieldingContextsTakeTurns) {
  Harness h("ctx_arb[voluntary], br[.0]\n", 0b1111);
  EXPECT_THAT(order_of(h, 8), ElementsAre(0, 1, 2, 3, 0, 1, 2, 3));
}

TEST(InterpreterContexts, DisabledAndSleepingContextsAreSkipped) {
  Harness h("br=ctx[4, .2]\nctx_arb[voluntary], br[.0]\nctx_arb[sig3]\nbr[.0]\n", 0b1101);
  EXPECT_THAT(order_of(h, 6), ElementsAre(0, 2, 3, 0, 3, 0));
  EXPECT_EQ(h.core.ready_slots(), 0b1001u);
  h.core.signal(2, 1 << 3);
  EXPECT_EQ(h.core.ready_slots(), 0b1101u);
  EXPECT_THAT(order_of(h, 1), ElementsAre(2));
}

TEST(InterpreterContexts, IdleTakesNoTime) {
  Harness h("ctx_arb[sig1]\n");
  EXPECT_EQ(h.run().reason, StopReason::kSwapped);
  const Step idle = h.run();
  EXPECT_EQ(idle.reason, StopReason::kIdle);
  EXPECT_EQ(idle.cycles, 0u);
  EXPECT_EQ(idle.instructions, 0u);
}

TEST(InterpreterContexts, WaitingForAllNeedsAllAndClearsThem) {
  Harness h("ctx_arb[sig1, sig5]\nimmed[gprA_0, 0x1]\n");
  h.run();
  h.core.signal(0, 1 << 1 | 1 << 2);
  EXPECT_EQ(h.core.ready_slots(), 0u);
  h.core.signal(0, 1 << 5);
  EXPECT_EQ(h.core.ready_slots(), 1u);
  EXPECT_EQ(h.core.context(0).signals, 1 << 2);
  h.finish();
  EXPECT_EQ(h.a(0), 1u);
}

TEST(InterpreterContexts, WaitingForAnyLeavesTheSignalForItsTest) {
  Harness h(
      "ctx_arb[sig1, sig5, any]\n"
      "br_signal[1, .3]\n"
      "immed[gprA_0, 0x1]\n"
      "br_!signal[5, .5]\n"
      "immed[gprA_1, 0x1]\n"
      "br_signal[5, .7]\n"
      "immed[gprA_2, 0x1]\n");
  h.run();
  h.core.signal(0, 1 << 5);
  h.finish();
  EXPECT_EQ(h.a(0), 1u) << "signal 1 was not set";
  EXPECT_EQ(h.a(1), 1u) << "signal 5 was set, so br_!signal falls through";
  EXPECT_EQ(h.a(2), 1u) << "and the test cleared it";
  EXPECT_EQ(h.core.context(0).signals, 0);
}

TEST(InterpreterContexts, SignalsThatAreThereAlreadyWakeAtOnce) {
  Harness h("ctx_arb[sig4]\nimmed[gprA_0, 0x1]\n");
  h.core.signal(0, 1 << 4);
  EXPECT_EQ(h.run().reason, StopReason::kSwapped);
  EXPECT_EQ(h.core.ready_slots(), 1u);
  EXPECT_EQ(h.core.context(0).signals, 0);
}

TEST(InterpreterContexts, ArbitrationHasDeferSlotsAndABranch) {
  Harness h("ctx_arb[sig4], br[.3], defer[1]\nimmed[gprA_0, 0x1]\nimmed[gprA_1, 0x1]\n");
  const Step step = h.run();
  EXPECT_EQ(step.reason, StopReason::kSwapped);
  EXPECT_EQ(step.instructions, 2u);
  EXPECT_EQ(h.a(0), 1u);
  h.core.signal(0, 1 << 4);
  h.finish();
  EXPECT_EQ(h.a(1), 0u);
}

TEST(InterpreterContexts, AKilledContextIsGone) {
  Harness h("br=ctx[0, .2]\nctx_arb[voluntary], br[.1]\nctx_arb[kill]\n", 0b0011);
  EXPECT_THAT(order_of(h, 4), ElementsAre(0, 1, 1, 1));
  EXPECT_FALSE(h.core.context(0).enabled);
}

TEST(InterpreterContexts, ATestOfSignalsFirstLetsTheDriverDeliver) {
  Harness h("nop\nbr_signal[3, .3]\nimmed[gprA_0, 0x1]\n");
  const Step step = h.run();
  EXPECT_EQ(step.reason, StopReason::kSync);
  EXPECT_EQ(step.cycles, 1u);
  EXPECT_EQ(step.instructions, 1u);
  h.core.signal(0, 1 << 3);
  h.finish();
  EXPECT_EQ(h.a(0), 0u);
}

TEST(InterpreterContexts, APollingLoopSyncsOncePerTurn) {
  Harness h("br_!signal[3, .0]\nimmed[gprA_0, 0x1]\n");
  for (unsigned i = 0; i < 5; ++i) {
    const Step step = h.run();
    EXPECT_EQ(step.reason, StopReason::kSync);
    EXPECT_EQ(step.cycles, 3u);
  }
  h.core.signal(0, 1 << 3);
  h.finish();
  EXPECT_EQ(h.a(0), 1u);
}

TEST(InterpreterContexts, RegistersAreOfTheContextLocalMemoryOfTheCore) {
  Harness h("alu[gprA_0, gprA_0, +, 0x1]\nalu[*l$index0++, *l$index0++, +, 0x1]\n", 0b1111);
  for (unsigned s = 0; s < kSlots; ++s) h.a(0, s) = 10 * s;
  h.finish();
  for (unsigned s = 0; s < kSlots; ++s) {
    EXPECT_EQ(h.a(0, s), 10 * s + 1);
    EXPECT_EQ(h.lm_addr(0, s), 4u);
  }
  EXPECT_EQ(h.lm(0), kSlots);
}

TEST(InterpreterContexts, AFaultedContextLeavesTheOthersRunning) {
  Harness h("br!=ctx[2, .2]\nalu[gprA_0, --, B, *l$index0]\nctx_arb[voluntary], br[.0]\n", 0b0111);
  h.lm_addr(0, 1) = 4096;
  std::vector<unsigned> slots = order_of(h, 6);
  EXPECT_THAT(slots, ElementsAre(0, 1, 2, 0, 2, 0));
  EXPECT_EQ(h.core.fault().kind, FaultKind::kLmOutOfRange);
  EXPECT_EQ(h.core.fault().slot, 1u);
  EXPECT_EQ(h.core.ready_slots(), 0b0101u);
}

TEST(InterpreterContexts, ResetForgetsEverything) {
  Harness h("alu[gprA_0, gprA_0, -, 0x1]\nlocal_csr_wr[Mailbox0, gprA_0]\n");
  h.lm(5) = 1;
  h.core.signal(0, 0xfffe);
  h.finish();
  h.core.reset(1, 0b0010, 1, 0);
  EXPECT_EQ(h.core.context(0), ContextState{.pc = 1});
  EXPECT_EQ(h.core.context(1), (ContextState{.pc = 1, .enabled = true}));
  EXPECT_EQ(h.lm(5), 0u);
  EXPECT_EQ(h.core.flags(), Flags{});
  EXPECT_EQ(h.core.ready_slots(), 0b0010u);
}

TEST(InterpreterContexts, NewCodeFindsContextsWhereTheyWere) {
  Harness h("immed[gprA_0, 0x1]\nctx_arb[sig1]\nimmed[gprA_0, 0x2]\n");
  h.run();
  const base::Result<CodeStore> other =
      CodeStore::create(words_of("nop\nnop\nimmed[gprA_1, 0x3]\n"));
  h.core.set_code(*other);
  h.core.signal(0, 1 << 1);
  h.finish();
  EXPECT_EQ(h.a(0), 1u);
  EXPECT_EQ(h.a(1), 3u);
}

}  // namespace
}  // namespace fpc::test
