// Local memory: windows, post-modification, the latency of address registers.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "tests/fpc/interpreter_harness.h"

namespace fpc::test {
namespace {

std::string nops(unsigned count) {
  std::string text;
  for (unsigned i = 0; i < count; ++i) text += "nop\n";
  return text;
}

TEST(InterpreterLm, OffsetsAreOredIntoTheAddress) {
  Harness h(
      "alu[gprA_0, --, B, *l$index1[5]]\n"
      "alu[*l$index2[15], --, B, gprB_1]\n"
      "alu_shf[*l$index3[7], *l$index3[7], OR, 0x1, <<4]\n");
  h.lm_addr(1) = 8 * 4;
  h.lm_addr(2) = 16 * 4;
  h.lm_addr(3) = 40 * 4 + 3;  // the two low bits are dropped
  h.lm(13) = 99;
  h.lm(47) = 1;
  h.b(1) = 7;
  EXPECT_EQ(h.finish().kind, FaultKind::kNone);
  EXPECT_EQ(h.a(0), 99u);
  EXPECT_EQ(h.lm(31), 7u);
  EXPECT_EQ(h.lm(47), 0x11u);
}

TEST(InterpreterLm, AnOffsetThatMeetsAddressBitsIsAFault) {
  Harness h("nop\nalu[gprA_0, --, B, *l$index0[3]]\n");
  h.lm_addr(0) = 2 * 4;
  const Fault fault = h.finish();
  EXPECT_EQ(fault.kind, FaultKind::kLmWindow);
  EXPECT_EQ(fault.address, 1u);
  EXPECT_EQ(fault.slot, 0u);
  EXPECT_EQ(fault.word, words_of("alu[gprA_0, --, B, *l$index0[3]]")[0]);
}

TEST(InterpreterLm, AddressesBeyondLocalMemoryAreAFault) {
  for (const uint32_t address : {4096u, 0x8000'0000u, 0xffff'fffcu}) {
    Harness h("alu[*l$index0, --, B, 0x1]\n");
    h.lm_addr(0) = address;
    EXPECT_EQ(h.finish().kind, FaultKind::kLmOutOfRange);
  }
}

TEST(InterpreterLm, PostModifyMovesOneWord) {
  Harness h(
      "alu[gprA_0, --, B, *l$index0++]\n"
      "alu[gprA_1, --, B, *l$index0++]\n"
      "alu[*l$index0--, --, B, 0x7]\n"
      "alu[gprA_2, --, B, *l$index0]\n");
  h.lm(0) = 10;
  h.lm(1) = 11;
  h.finish();
  EXPECT_EQ(h.a(0), 10u);
  EXPECT_EQ(h.a(1), 11u);
  EXPECT_EQ(h.lm(2), 7u);
  EXPECT_EQ(h.a(2), 11u);
  EXPECT_EQ(h.lm_addr(0), 4u);
}

TEST(InterpreterLm, AnIndexNamedTwiceMovesOnce) {
  Harness h("alu[*l$index0++, gprA_1, +, *l$index0++]\nalu[*l$index2++, --, B, *l$index0++]\n");
  h.lm(0) = 5;
  h.lm(1) = 50;
  h.a(1) = 1;
  h.lm_addr(2) = 400;
  h.finish();
  EXPECT_EQ(h.lm(0), 6u);
  EXPECT_EQ(h.lm(100), 50u);
  EXPECT_EQ(h.lm_addr(0), 8u);
  EXPECT_EQ(h.lm_addr(2), 404u);
}

TEST(InterpreterLm, TheAddressIsUsableFourWordsAfterItsWrite) {
  for (unsigned between = 0; between < 5; ++between) {
    Harness h("local_csr_wr[ActLMAddr0, gprA_1]\n" + nops(between) +
              "alu[gprA_0, --, B, *l$index0]\n");
    h.a(1) = 40;
    h.lm(10) = 6;
    const Fault fault = h.finish();
    EXPECT_EQ(fault.kind, between < 3 ? FaultKind::kLmLatency : FaultKind::kNone) << between;
    EXPECT_EQ(h.a(0), between < 3 ? 0u : 6u);
  }
}

TEST(InterpreterLm, OtherIndexRegistersAreNotConcerned) {
  Harness h(
      "local_csr_wr[ActLMAddr0, gprA_1]\n"
      "alu[gprA_0, --, B, *l$index1]\n"
      "alu[gprA_0, --, B, *l$index2]\n"
      "alu[gprA_0, --, B, *l$index3]\n");
  EXPECT_EQ(h.finish().kind, FaultKind::kNone);
}

TEST(InterpreterLm, BubblesOfABranchCountAsTime) {
  Harness filled(
      "local_csr_wr[ActLMAddr0, gprA_1]\n"
      "br[.3]\n"
      "nop\n"
      "alu[gprA_0, --, B, *l$index0]\n");
  EXPECT_EQ(filled.finish().kind, FaultKind::kNone) << "one word and two bubbles are three cycles";
  Harness deferred(
      "br[.4], defer[2]\n"
      "nop\n"
      "local_csr_wr[ActLMAddr0, gprA_1]\n"
      "nop\n"
      "alu[gprA_0, --, B, *l$index0]\n");
  const Fault fault = deferred.finish();
  EXPECT_EQ(fault.kind, FaultKind::kLmLatency) << "filled slots leave no bubble";
  EXPECT_EQ(fault.address, 4u);
}

TEST(InterpreterLm, ASwappingCommandCoversTheLatency) {
  Harness h(
      "local_csr_wr[ActLMAddr0, gprA_1]\n"
      "mem[read32, $xfer_0, gprA_2, 0x0, 1], ctx_swap[sig1]\n"
      "alu[gprA_0, --, B, *l$index0]\n");
  EXPECT_EQ(h.finish().kind, FaultKind::kNone);
}

// nfp-fw-abi 4.4: the entry sequence of the public firmware writes LM0 in the last defer slot before the program.
TEST(InterpreterLm, EntryHazardIsSeenOnlyWhenReallyTooEarly) {
  const std::string entry =
      "rtn[gprA_9], defer[3]\n"
      "nop\n"
      "nop\n"
      "local_csr_wr[ActLMAddr0, gprA_1]\n";
  for (const unsigned intro : {2u, 3u}) {
    Harness h(entry + nops(intro) + "alu[*l$index0, --, B, 0x1]\n");
    h.a(9) = 4;
    EXPECT_EQ(h.finish().kind, intro == 2 ? FaultKind::kLmLatency : FaultKind::kNone);
  }
}

TEST(InterpreterLm, IndexedTransferRegistersFollowXferIndex) {
  Harness h(
      "local_csr_wr[XferIndex, gprA_1]\n"
      "nop\nnop\nnop\n"
      "alu[*$index++, --, B, 0x5]\n"
      "alu[gprA_0, --, B, *$index]\n");
  h.a(1) = (64 + 3) * 4;  // slot 1, register 3
  h.xfer_in(4, 1) = 9;
  EXPECT_EQ(h.finish().kind, FaultKind::kNone);
  EXPECT_EQ(h.xfer_out(3, 1), 5u);
  EXPECT_EQ(h.a(0), 9u);
}

}  // namespace
}  // namespace fpc::test
