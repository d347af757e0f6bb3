// A card whose cores are interpreter and RTL at once: both fault alike, the report says where, every run ends.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "fpc/ecc.h"
#include "fpc/firmware/abi.h"
#include "rtl/lockstep.h"
#include "tests/nic/card_harness.h"

namespace rtl::test {
namespace {

constexpr uint64_t kPackets = 60;
constexpr unsigned kStart = firmware::kProgramStart;

struct Misdeed {
  const char* name;
  const char* text;
  unsigned address;  // of the word that faults
  const char* fault;
  fpc::Word flipped = 0;  // bits of that word that are wrong in the store
};

void PrintTo(const Misdeed& misdeed, std::ostream* to) { *to << misdeed.name; }

const Misdeed kMisdeeds[] = {
    {"UncorrectableWord", "nop\nnop\n", kStart + 1, "uncorrectable ECC error", 0b11},
    {"BitsThatNoWordHas", "nop\nnop\n", kStart + 1, "illegal word", fpc::Word{1} << 60},
    {"PredicatedWord", "nop\nalu[gprA_1, gprA_1, +, 0x1], predicate_cc\n", kStart + 1,
     "illegal word"},
    {"BranchInDeferSlot", "br[done], defer[1]\nbr[done]\n", kStart + 1,
     "branch or swap in a defer slot"},
    {"SwapInDeferSlot", "br[done], defer[2]\nnop\nctx_arb[voluntary]\n", kStart + 2,
     "branch or swap in a defer slot"},
    {"OffsetThatMeetsAddressBits",
     "immed[gprA_1, 0x24]\nlocal_csr_wr[ActLMAddr0, gprA_1]\nnop\nnop\nnop\n"
     "alu[gprA_0, --, B, *l$index0[1]]\n",
     kStart + 5, "local-memory offset does not fit the index register's alignment"},
    {"AddressBehindLocalMemory",
     "immed[gprA_1, 0x1000]\nlocal_csr_wr[ActLMAddr0, gprA_1]\nnop\nnop\nnop\n"
     "alu[*l$index0, --, B, gprB_1]\n",
     kStart + 5, "local-memory address out of range"},
    {"IndexRegisterTooEarly",
     "immed[gprA_1, 0x40]\nlocal_csr_wr[ActLMAddr0, gprA_1]\nnop\nnop\n"
     "alu[gprA_0, --, B, *l$index0]\n",
     kStart + 4, "index register used within 3 instructions of its write"},
    {"ShiftWithoutAmount", "nop\nalu_shf[gprA_0, --, B, gprB_2, <<indirect]\n", kStart + 1,
     "indirect shift without alu or alu_shf before it"},
    {"CommandWithoutData", "nop\nmem[add_imm, $xfer_0, gprA_1, gprB_1, 1], ctx_swap[sig1]\n",
     kStart + 1, "memory command with an illegal operand"},
    {"JumpBehindTheStore", "br[9000]\n", 9000, "program counter outside the control store"},
    {"EndlessLoop", "self: br[self]\n", kStart, "no boundary within the cycle budget"},
};

class CardFaults : public testing::TestWithParam<Misdeed> {};

TEST_P(CardFaults, AreTheSameAndReported) {
  const Misdeed& misdeed = GetParam();
  nic::Config config = harness::config("nfp-120");
  config.workers = 2;
  config.watchdog_cycles = 2'000;
  firmware::LinkedStore store = harness::link(misdeed.text + harness::verdict(harness::kDrop));
  if (misdeed.flipped != 0) store.words[misdeed.address] ^= misdeed.flipped;
  std::vector<const Lockstep*> cores;
  fpc::EngineChoice engine;
  engine.other = [&cores](unsigned) {
    auto core = std::make_unique<Lockstep>(make_core());
    cores.push_back(core.get());
    return core;
  };
  nic::Nic card(config, 1, engine);
  ASSERT_TRUE(card.load(store));
  nic::PacketSource source = harness::traffic(config, "size=64,rate=1Mpps");
  const base::Result<nic::Report> report = card.run(source, {.packets = kPackets}, {});
  ASSERT_TRUE(report) << report.error().text();
  ASSERT_EQ(cores.size(), config.workers);
  for (const Lockstep* core : cores) {
    EXPECT_FALSE(core->difference()) << core->difference()->text;
    EXPECT_GT(core->words(), 0u);
  }
  EXPECT_EQ(report->aborted, kPackets);
  EXPECT_THAT(report->faults,
              testing::AllOf(testing::Not(testing::IsEmpty()),
                             testing::Each(testing::HasSubstr(
                                 fmt::format("{} at word {}", misdeed.fault, misdeed.address)))));
}

INSTANTIATE_TEST_SUITE_P(All, CardFaults, testing::ValuesIn(kMisdeeds),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace rtl::test
