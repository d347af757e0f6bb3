// Programs that misbehave: every run ends, every packet is counted, and the report says where it happened.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tuple>

#include "fpc/ecc.h"
#include "fpc/firmware/abi.h"
#include "tests/nic/card_harness.h"

namespace nic {
namespace {

using harness::config;
using harness::Outcome;
using harness::traffic;
using harness::verdict;
using testing::AllOf;
using testing::HasSubstr;

constexpr uint64_t kPackets = 500;

Outcome run_small(const firmware::LinkedStore& store,
                  fpc::Engine engine = fpc::EngineChoice().engine) {
  Config nic = config("nfp-120");
  nic.workers = 3;
  nic.watchdog_cycles = 20'000;
  const Outcome run =
      harness::run(nic, store, traffic(nic, "size=64,rate=1Mpps"), {.packets = kPackets}, {engine});
  harness::expect_conserved(run);
  return run;
}

struct Misdeed {
  const char* name;
  const char* text;
  const char* kind;
  const char* detail;
};
class Faults : public testing::TestWithParam<std::tuple<Misdeed, fpc::Engine>> {};

const auto kEngines = testing::Values(fpc::Engine::kInterpreter, fpc::Engine::kJit);
std::string name_of(fpc::Engine engine) { return engine == fpc::Engine::kJit ? "_jit" : "_interp"; }

TEST_P(Faults, AbortThePacketAndAreReported) {
  const auto& [misdeed, engine] = GetParam();
  const Outcome run = run_small(harness::link(misdeed.text + verdict(harness::kDrop)), engine);
  EXPECT_GT(run.report.aborted, 0u);
  EXPECT_EQ(run.report.drop, 0u);
  EXPECT_EQ(run.report.lost + run.report.aborted, kPackets);
  ASSERT_FALSE(run.report.faults.empty());
  EXPECT_THAT(run.report.faults[0], AllOf(HasSubstr(misdeed.kind), HasSubstr(misdeed.detail),
                                          HasSubstr("fpc "), HasSubstr(" context ")));
}

const Misdeed kMisdeeds[] = {
    {"EndlessLoop", "self:\n br[self]\n", "cycle budget", "br[.3072]"},
    {"EndlessLoopWithCommands", R"(
immed[gprA_2, 0x8000, <<16]
immed[gprB_2, 0x0]
self:
mem[read32_swap, $xfer_0, gprA_2, <<8, gprB_2, 1], ctx_swap[sig1]
br[self]
)",
     "cycle budget", "longer than 20000 cycles in service"},
    {"NobodysSignal", "ctx_arb[sig7]\n", "cycle budget", "waits for a signal that nobody sends"},
    {"AddressWithoutMemory", R"(
immed[gprA_2, 0x1000, <<16]
immed[gprB_2, 0x0]
mem[read32_swap, $xfer_0, gprA_2, <<8, gprB_2, 1], ctx_swap[sig1]
)",
     "command", "40 bits of address 0x1000000000, 1 units"},
    {"BehindThePacketBuffer", R"(
alu[gprA_1, --, B, *l$index1[pv_pointer]]
immed[gprB_2, 0x780]
mem[read32_swap, $xfer_0, gprA_1, gprB_2, 1], ctx_swap[sig1]
)",
     "command", "32 bits of address 0x8"},
    {"FireAndForgetIntoNothing", R"(
immed[gprA_2, 0x1000, <<16]
immed[gprB_2, 0x0]
mem[write32_swap, $xfer_0, gprA_2, <<8, gprB_2, 1]
)",
     "command", "write32_swap"},
    {"AnotherPacketBeforeTheVerdict", R"(
immed[gprA_2, 0x0]
mem[packet_add_thread, $xfer_0, gprA_2, 0x0, 8], ctx_swap[sig1]
)",
     "command", "packet_add_thread"},
    {"LengthThatThePacketNeverHad",
     "alu[*l$index1[pv_length], *l$index1[pv_length], +, 0x7f]\nimmed[gprA_1, "
     "0x1000]\nalu[*l$index1[pv_length], *l$index1[pv_length], OR, gprA_1]\n",
     "command", "write32_swap"},
    {"JumpOutOfTheStore", "br[9000]\n", "outside the control store", "at word 9000, 500 times"},
};
INSTANTIATE_TEST_SUITE_P(Programs, Faults, testing::Combine(testing::ValuesIn(kMisdeeds), kEngines),
                         [](const auto& test) {
                           return std::get<0>(test.param).name + name_of(std::get<1>(test.param));
                         });

class BrokenWords : public testing::TestWithParam<fpc::Engine> {};

// The second word of the program is one that the image should not have.
Outcome run_with_word(fpc::Word word, fpc::Engine engine) {
  firmware::LinkedStore store = harness::link("nop\nnop\n" + verdict(harness::kDrop));
  store.words[store.program_start + 1] = word;
  return run_small(store, engine);
}

TEST_P(BrokenWords, IllegalOneIsReportedWithCoreContextAndAddress) {
  const Outcome run = run_with_word(fpc::with_ecc(fpc::kInsnMask), GetParam());
  EXPECT_EQ(run.report.aborted, kPackets);
  EXPECT_THAT(run.report.faults, testing::Each(testing::ContainsRegex(
                                     "^fpc [012] context [0246]: illegal word at word 3073 ")));
}

TEST_P(BrokenWords, TwoFlippedBitsAreReportedLikewise) {
  const fpc::Word nop = harness::link("nop\n").words[firmware::kProgramStart];
  const Outcome run = run_with_word(nop ^ 0b11, GetParam());
  EXPECT_EQ(run.report.aborted, kPackets);
  EXPECT_THAT(run.report.faults,
              testing::Each(testing::ContainsRegex(
                  "^fpc [012] context [0246]: uncorrectable ECC error at word 3073 ")));
}

INSTANTIATE_TEST_SUITE_P(Engines, BrokenWords, kEngines,
                         [](const auto& test) { return name_of(test.param).substr(1); });

TEST(FaultLog, RareFaultsLeaveOtherPacketsAlone) {
  // Sequence numbers with all of bits 4..0 set jump into nowhere: one packet in 32.
  const std::string rare = R"(
immed[gprB_1, 0x1f]
alu[gprA_1, gprB_1, AND, *l$index1[pv_sequence]]
alu[--, gprA_1, -, 0x1f]
beq[9000]
)";
  const Outcome run = run_small(harness::link(rare + verdict(harness::kDrop)));
  EXPECT_EQ(run.report.aborted, kPackets / 32);
  EXPECT_EQ(run.report.lost, 0u);
  EXPECT_EQ(run.report.drop, kPackets - kPackets / 32);
  ASSERT_EQ(run.report.faults.size(), 1u);
  EXPECT_THAT(run.report.faults[0], HasSubstr("15 times"));
}

TEST(FaultLog, StoreWithoutDispatchEndsWithEverythingLost) {
  const Config nic = config("nfp-120");
  firmware::LinkedStore store;
  store.words.assign(64, 0x3ff'ffff'ffff);  // junk
  const Outcome run =
      harness::run(nic, store, traffic(nic, "size=64,rate=10Mpps"), {.packets = 5000});
  harness::expect_conserved(run);
  EXPECT_EQ(run.report.lost, 5000u);
  EXPECT_GT(run.report.lost_by.at("no_context"), 0u);
  EXPECT_FALSE(run.report.faults.empty());
}

}  // namespace
}  // namespace nic
