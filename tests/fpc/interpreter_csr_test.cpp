// Control and status registers: delivery by immed, time, random numbers, identity, storage.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "tests/fpc/interpreter_harness.h"

namespace fpc::test {
namespace {

TEST(InterpreterCsrs, TheNextImmedDeliversTheValue) {
  Harness h(
      "local_csr_wr[Mailbox2, gprB_1]\n"
      "local_csr_rd[Mailbox2]\n"
      "immed[gprA_0, 0x0], gpr_wrboth\n"
      "immed[gprA_1, 0x5]\n"
      "local_csr_rd[Mailbox2]\n"
      "nop\n"
      "immed[gprA_2, 0x6]\n");
  h.b(1) = 0xdead'beef;
  h.finish();
  EXPECT_EQ(h.a(0), 0xdead'beefu);
  EXPECT_EQ(h.b(0), 0xdead'beefu);
  EXPECT_EQ(h.a(1), 5u);
  EXPECT_EQ(h.a(2), 6u) << "only the word directly behind delivers";
}

TEST(InterpreterCsrs, AReadInTheDeferSlotsOfASwapIsDeliveredThere) {
  Harness h(
      "mem[read32, $xfer_0, gprA_2, 0x0, 1], ctx_swap[sig1], defer[2]\n"
      "local_csr_rd[ActLMAddr0]\n"
      "immed[gprA_0, 0x0]\n");
  h.lm_addr(0) = 0x48;
  h.finish();
  EXPECT_EQ(h.a(0), 0x48u);
}

TEST(InterpreterCsrs, LmAddressesAreOfTheContextWithoutTheirLowBits) {
  Harness h("local_csr_wr[ActLMAddr3, gprA_1]\n", 0b0010);
  h.a(1, 1) = 0x107;
  h.finish();
  EXPECT_EQ(h.lm_addr(3, 1), 0x104u);
  EXPECT_EQ(h.lm_addr(3, 0), 0u);
}

TEST(InterpreterCsrs, ConstantsCanBeWritten) {
  Harness h("local_csr_wr[Mailbox0, 0x7]\nlocal_csr_rd[Mailbox0]\nimmed[gprA_0, 0x0]\n");
  h.finish();
  EXPECT_EQ(h.a(0), 7u);
}

TEST(InterpreterCsrs, IdentityTellsContextAndCore) {
  Harness h(
      "local_csr_rd[ActCtxStatus]\nimmed[gprA_0, 0x0]\n"
      "local_csr_rd[CtxEnables]\nimmed[gprA_1, 0x0]\n");
  h.core.reset(0, 0b1011, 1, 9);
  h.finish();
  EXPECT_EQ(h.a(0, 0), 9u << 3 | 0);
  EXPECT_EQ(h.a(0, 3), 9u << 3 | 6);
  EXPECT_EQ(h.a(1, 1), 0x4500u);
}

TEST(InterpreterCsrs, TimeAdvancesOncePer16Cycles) {
  Harness h(
      "local_csr_rd[TimestampLow]\nimmed[gprA_0, 0x0]\n"
      "local_csr_rd[TimestampHigh]\nimmed[gprA_1, 0x0]\n");
  const uint64_t now = (uint64_t{5} << 36) + 16 * 1000 + 15;
  h.cycles = now;
  h.finish();
  EXPECT_EQ(h.a(0), 1000u);
  EXPECT_EQ(h.a(1), 5u);
  Harness later("nop\nlocal_csr_rd[TimestampLow]\nimmed[gprA_0, 0x0]\n");
  later.cycles = now;
  later.finish();
  EXPECT_EQ(later.a(0), 1001u) << "the read happens one cycle into the run";
}

std::vector<uint32_t> random_numbers(uint64_t seed) {
  Harness h(
      "local_csr_rd[PseudoRndNum]\nimmed[*l$index0++, 0x0]\nalu[gprA_0, gprA_0, -, 0x1]\n"
      "bne[.0]\n");
  h.core.reset(0, 1, seed, 0);
  h.a(0) = 1000;
  EXPECT_EQ(h.finish().kind, FaultKind::kNone);
  return {h.core.local_memory().begin(), h.core.local_memory().begin() + 1000};
}

TEST(InterpreterCsrs, RandomNumbersFollowTheSeed) {
  const std::vector<uint32_t> numbers = random_numbers(5);
  EXPECT_EQ(numbers, random_numbers(5));
  EXPECT_NE(numbers, random_numbers(6));
  unsigned ones = 0;
  for (const uint32_t number : numbers) ones += static_cast<unsigned>(std::popcount(number));
  EXPECT_NEAR(ones, 16'000, 450) << "five standard deviations of 32000 fair bits";
}

}  // namespace
}  // namespace fpc::test
