// A program takes the place of another while packets pass: each packet gets one of both verdicts, in order, and none is lost.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/nic/card_harness.h"

namespace nic {
namespace {

using harness::config;
using harness::link;
using harness::traffic;
using harness::verdict;
using testing::HasSubstr;

constexpr uint64_t kPackets = 4000, kReloadAt = 1500;

struct Seen {
  uint64_t count = 0, first_ps = ~uint64_t{0}, last_ps = 0;
  void add(const Departure& packet) {
    ++count;
    first_ps = std::min(first_ps, packet.departure_ps);
    last_ps = std::max(last_ps, packet.departure_ps);
  }
};

struct Outcome {
  Report report;
  Seen before, after;  // drops and aborts; packets that go out again
  base::Result<void> reload = base::invalid_input("was not asked for");
  base::Result<void> second = base::invalid_input("was not asked for");
};

// `text` runs first; once kReloadAt packets have left, a program that sends everything back out is loaded, twice.
Outcome run_with_reload(Config nic, const std::string& text, fpc::Engine engine) {
  Nic card(nic, 1, {engine});
  EXPECT_TRUE(card.load(link(text)));
  const firmware::LinkedStore next = link(verdict(harness::kTx));
  Outcome outcome;
  uint64_t left = 0;
  Hooks hooks;
  hooks.departure = [&](const Departure& packet) {
    (packet.exit == Exit::kWire ? outcome.after : outcome.before).add(packet);
    if (++left != kReloadAt) return;
    outcome.reload = card.load(next);
    outcome.second = card.load(next);
  };
  PacketSource source = traffic(nic, "size=64,rate=20Mpps");
  base::Result<Report> report = card.run(source, {.packets = kPackets}, hooks);
  EXPECT_TRUE(report) << report.error().text();
  if (report) outcome.report = *report;
  return outcome;
}

Config small_card() {
  Config nic = config("nfp-120");
  nic.workers = 12;
  return nic;
}

class Reload : public testing::TestWithParam<fpc::Engine> {};

TEST_P(Reload, EveryPacketGetsTheOldVerdictOrTheNewOne) {
  const Outcome run = run_with_reload(small_card(), verdict(harness::kDrop), GetParam());
  ASSERT_TRUE(run.reload) << run.reload.error().text();
  EXPECT_EQ(run.report.lost, 0u);
  EXPECT_EQ(run.report.drop + run.report.tx, kPackets);
  EXPECT_GE(run.report.drop, kReloadAt);
  EXPECT_GT(run.report.tx, kPackets / 2);
  EXPECT_EQ(run.before.count, run.report.drop);
  EXPECT_EQ(run.after.count, run.report.tx);
  EXPECT_LT(run.before.last_ps, run.after.first_ps);
  EXPECT_TRUE(run.report.faults.empty());
  ASSERT_EQ(run.report.notes.size(), 1u);
  EXPECT_THAT(run.report.notes[0], HasSubstr("the program was replaced 1 times"));
}

TEST_P(Reload, AnotherOneBeforeItIsThroughIsRefused) {
  const Outcome run = run_with_reload(small_card(), verdict(harness::kDrop), GetParam());
  ASSERT_FALSE(run.second);
  EXPECT_EQ(run.second.error().code, base::ErrorCode::kBusy);
}

TEST_P(Reload, EndlessLoopsEndAtTheWatchdogAndMakeRoom) {
  Config nic = small_card();
  nic.watchdog_cycles = 20'000;
  // One packet in 64 never ends.
  const Outcome run = run_with_reload(nic,
                                      "immed[gprB_1, 0x3f]\n"
                                      "alu[--, gprB_1, AND, *l$index1[pv_sequence]]\n"
                                      "self:\nbeq[self]\n" +
                                          verdict(harness::kDrop),
                                      GetParam());
  ASSERT_TRUE(run.reload);
  EXPECT_EQ(run.report.lost, 0u);
  EXPECT_GT(run.report.aborted, 0u);
  EXPECT_EQ(run.report.drop + run.report.aborted + run.report.tx, kPackets);
  EXPECT_GT(run.report.tx, 0u);
  EXPECT_LT(run.before.last_ps, run.after.first_ps);
}

TEST_P(Reload, ContextsThatWaitForEverAreStopped) {
  Config nic = small_card();
  nic.watchdog_cycles = 20'000;
  const Outcome run = run_with_reload(nic,
                                      "immed[gprB_1, 0x3ff]\n"
                                      "alu[--, gprB_1, AND, *l$index1[pv_sequence]]\n"
                                      "bne[ends]\n"
                                      "ctx_arb[sig7]\n"
                                      "ends:\n" +
                                          verdict(harness::kDrop),
                                      GetParam());
  ASSERT_TRUE(run.reload);
  EXPECT_GT(run.report.tx, 0u);
  EXPECT_EQ(run.report.lost, 0u);
  ASSERT_FALSE(run.report.faults.empty());
  EXPECT_THAT(run.report.faults[0], HasSubstr("a signal that nobody sends"));
}

TEST_P(Reload, StoreThatTheCardRefusesLeavesTheOldProgram) {
  const Config nic = small_card();
  Nic card(nic, 1, {GetParam()});
  ASSERT_TRUE(card.load(link(verdict(harness::kDrop))));
  firmware::LinkedStore slow = link(verdict(harness::kTx));
  slow.dispatch_cycles = 100'000;
  base::Result<void> refused;
  Hooks hooks;
  hooks.departure = [&](const Departure& packet) {
    if (packet.sequence == kReloadAt) refused = card.load(slow);
  };
  PacketSource source = traffic(nic, "size=64,rate=20Mpps");
  const base::Result<Report> report = card.run(source, {.packets = kPackets}, hooks);
  ASSERT_TRUE(report);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text(), HasSubstr("dispatch"));
  EXPECT_EQ(report->drop, kPackets);
}

INSTANTIATE_TEST_SUITE_P(Engines, Reload,
                         testing::Values(fpc::Engine::kInterpreter, fpc::Engine::kJit),
                         [](const auto& test) {
                           return test.param == fpc::Engine::kJit ? "jit" : "interp";
                         });

}  // namespace
}  // namespace nic
