// Dispatch: entry state, what comes back, and what the resident words cost.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fpc/assembler.h"
#include "fpc/ecc.h"
#include "fpc/firmware/link.h"
#include "tests/firmware/cost.h"
#include "tests/firmware/harness.h"

namespace {

firmware::LinkedStore link_text(const std::string& text, const firmware::Layout& layout = {}) {
  auto assembly =
      fpc::assemble(text, "program", {{"done", layout.done}}, static_cast<uint16_t>(layout.start));
  if (!assembly) {
    ADD_FAILURE() << assembly.error().text();
    return {};
  }
  for (fpc::Word& word : assembly->words) word = fpc::with_ecc(word);
  auto store = firmware::link_relocated(assembly->words, layout);
  if (!store) {
    ADD_FAILURE() << store.error().text();
    return {};
  }
  return *store;
}

harness::Run run(const std::string& text, const std::vector<harness::Packet>& packets,
                 const harness::Options& options = {}) {
  fpc::ByteStore memory;
  harness::Run run = harness::run_program(link_text(text), memory, packets, options);
  EXPECT_EQ(run.trouble, "");
  return run;
}

// The first word already uses index 0 (nfp-fw-abi 4.4).
TEST(Dispatch, LetsTheFirstWordUseTheStack) {
  const harness::Run result = run(R"(
    alu[*l$index0[1], --, B, 0x7]
    br[done], defer[1]
    alu[gprA_0, --, B, *l$index0[1]]
)",
                                  {{{1, 2, 3}}});
  EXPECT_EQ(result.retired.at(0).verdict, 7u);
}

TEST(Dispatch, GivesTheProgramThePacketVector) {
  const harness::Run result =
      run(R"(
    alu[gprA_0, --, B, *l$index1[4]]
    alu[gprA_0, gprA_0, +, *l$index1[6]]
    alu[gprA_0, gprA_0, +, *l$index1]
    br[done], defer[1]
    alu[*l$index1[6], --, B, 0x21]
)",
          {{{1, 2, 3}, 128, 0x100, 0x1000}, {{1, 2, 3, 4}, 200, 0x100, 0x2000}});
  EXPECT_EQ(result.retired[0].verdict & 0xffff, 0x1103u);
  EXPECT_EQ(result.retired[1].verdict & 0xffff, 0x2104u);
  EXPECT_EQ(result.retired[0].queue, 0x21u);
  EXPECT_EQ(result.retired[0].flags, 0x100u);
  EXPECT_EQ(result.retired[0].offset(), 128u);
  EXPECT_EQ(result.retired[1].offset(), 200u);
  EXPECT_EQ(result.retired[1].bytes, (std::vector<uint8_t>{1, 2, 3, 4}));
}

TEST(Dispatch, ReportsWhatTheProgramMadeOfThePacket) {
  const harness::Run result = run(R"(
    alu[*l$index1[2], *l$index1[2], +, 0x2]
    alu[*l$index1, *l$index1, -, 0x3]
    br[done], defer[1]
    immed[gprA_0, 0x44, <<16]
)",
                                  {{{1, 2, 3, 4, 5, 6}}});
  EXPECT_EQ(result.retired[0].verdict, 0x440000u);
  EXPECT_EQ(result.retired[0].offset(), firmware::kPacketOffset + 2);
  EXPECT_EQ(result.retired[0].bytes, (std::vector<uint8_t>{3, 4, 5}));
}

// Contexts leave their packet's first byte on their stacks, sleep, and must find it again; A22 is the stack's address.
TEST(Dispatch, GivesEachContextItsOwnStack) {
  std::vector<harness::Packet> packets;
  for (uint8_t i = 0; i < 200; ++i) packets.push_back({{i, 0, 0, 0}});
  harness::Options options;
  options.cores = 2;
  const harness::Run result = run(R"(
    alu[gprA_1, --, B, *l$index1[2]]
    mem[read32_swap, $xfer_0, gprA_1, 0x0, 1], ctx_swap[sig1]
    alu[*l$index0[7], --, B, $xfer_0]
    mem[read32_swap, $xfer_0, gprA_1, 0x0, 1], ctx_swap[sig1]
    mem[read32_swap, $xfer_0, gprA_1, 0x0, 1], ctx_swap[sig1]
    local_csr_wr[ActLMAddr3, gprA_22]
    nop
    nop
    nop
    alu[gprA_0, --, B, *l$index3[7]]
    br[done]
)",
                                  packets, options);
  for (uint8_t i = 0; i < 200; ++i) EXPECT_EQ(result.retired[i].verdict, i);
}

TEST(Dispatch, CostsWhatLinkSays) {
  constexpr unsigned kNops = 64;
  std::string text;
  for (unsigned i = 0; i < kNops; ++i) text += "nop\n";
  text += "br[done]\n";
  const firmware::LinkedStore store = link_text(text);
  fpc::ByteStore memory;
  const uint64_t with_program = cost::of_packet(store, memory, {0, 0, 0, 0}).busy;
  const uint64_t program = kNops + cost::kTakenBranchCycles;
  EXPECT_EQ(with_program - program, store.dispatch_cycles);
  EXPECT_LT(store.dispatch_cycles, 80u);
}

}  // namespace
