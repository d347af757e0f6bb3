// The measurements that the model is calibrated with: XDP_DROP over cores (V1, V2), reads of one word (V4), in-order cost (V11).
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/nic/card_harness.h"

namespace nic {
namespace {

using harness::config;
using harness::Outcome;
using harness::traffic;
using harness::verdict;

struct Rate {
  uint32_t fpcs;
  double mpps;
};

Outcome drop_on(uint32_t fpcs) {
  Config nic = config("agilio-cx-2x40");
  nic.workers = fpcs;
  return harness::run(nic, harness::link_kernel_image("basic.drop"),
                      traffic(nic, "size=64,flows=64"), {.duration_ps = 2'000'000'000});
}

class DropScaling : public testing::TestWithParam<Rate> {};
TEST_P(DropScaling, IsWithinTwoPercentOfTheCard) {
  const Outcome run = drop_on(GetParam().fpcs);
  EXPECT_NEAR(run.report.rate_mpps, GetParam().mpps, 0.02 * GetParam().mpps);
}
INSTANTIATE_TEST_SUITE_P(V1, DropScaling,
                         testing::Values(Rate{5, 9.508}, Rate{10, 19.415}, Rate{15, 28.873},
                                         Rate{20, 38.499}, Rate{25, 47.775}),
                         [](const auto& row) { return fmt::format("{}Fpcs", row.param.fpcs); });

class DropCap : public testing::TestWithParam<Rate> {};
TEST_P(DropCap, IsWithinFivePercentOfTheCard) {
  const Outcome run = drop_on(GetParam().fpcs);
  EXPECT_NEAR(run.report.rate_mpps, GetParam().mpps, 0.05 * GetParam().mpps);
  EXPECT_GT(run.report.lost_by.at("mac_ingest"), 0u);
}
INSTANTIATE_TEST_SUITE_P(V2, DropCap,
                         testing::Values(Rate{30, 53.196}, Rate{35, 52.116}, Rate{40, 52.191},
                                         Rate{45, 52.891}, Rate{50, 53.191}),
                         [](const auto& row) { return fmt::format("{}Fpcs", row.param.fpcs); });

// The reads of V4: one hot EMEM word, one blocking read after another, then XDP_DROP's way out.
std::string reads_then_drop(unsigned reads) {
  std::string text =
      "immed[gprB_22, 0x3fff]\n"
      "alu[gprB_22, gprB_22, AND, *l$index1]\n"
      "immed[gprA_2, 0x0]\n"
      "immed[gprB_2, 0x0]\n"
      "immed_w1[gprB_2, 0x8000]\n";
  for (unsigned i = 0; i < reads; ++i) {
    text += "mem[read32_swap, $xfer_0, gprB_2, <<8, gprA_2, 1], ctx_swap[sig1]\n";
  }
  return text + R"(
immed[gprA_4, 0x3]
immed[gprB_4, 0x1]
alu[--, gprA_4, -, gprB_4]
blo[done]
immed[gprB_5, 0x2282]
immed_w1[gprB_5, 0x4411]
alu[gprA_1, --, B, 0x8]
alu[--, gprA_1, OR, 0x0]
alu_shf[gprB_5, 0xff, AND, gprB_5, >>indirect]
br[done], defer[2]
immed[gprA_0, 0x0]
ld_field[gprA_0, 1100, gprB_5, <<16]
)";
}

struct Reads {
  unsigned reads;
  double mpps;
};
class EmemReads : public testing::TestWithParam<Reads> {};
TEST_P(EmemReads, IsWithinFivePercentOfTheCard) {
  Config nic = config("agilio-cx-2x40");
  nic.firmware = Firmware::kStripped;
  nic.workers = 5;
  const Outcome run =
      harness::run(nic, reads_then_drop(GetParam().reads), traffic(nic, "size=64,flows=64"),
                   {.duration_ps = 2'000'000'000});
  ASSERT_EQ(run.report.aborted, 0u) << run.report.faults[0];
  EXPECT_NEAR(run.report.rate_mpps, GetParam().mpps, 0.05 * GetParam().mpps);
}
INSTANTIATE_TEST_SUITE_P(V4, EmemReads,
                         testing::Values(Reads{4, 11.840}, Reads{8, 9.147}, Reads{12, 7.450}),
                         [](const auto& row) { return fmt::format("{}Reads", row.param.reads); });

// V11 with a loop of our own: per round 20 arithmetic words, a byte read and a byte write on the packet, and a taken branch
// whose flags are two words old.
TEST(V11, LoopCostsItsStaticCostToAHalfPercent) {
  constexpr unsigned kRounds = 200, kArithmetic = 20;
  std::string text = fmt::format(
      "alu[gprA_1, --, B, *l$index1[pv_pointer]]\n"
      "immed[gprB_3, {}]\n"
      "again:\n"
      "mem[read8, $xfer_0, gprA_1, 0x0, 1], ctx_swap[sig1]\n",
      kRounds);
  for (unsigned i = 0; i < kArithmetic; ++i) text += "alu[gprA_4, gprA_4, +, 0x1]\n";
  text +=
      "alu[$xfer_0, --, B, gprA_4]\n"
      "mem[write8_swap, $xfer_0, gprA_1, 0x0, 1], ctx_swap[sig1]\n"
      "alu[gprB_3, gprB_3, -, 0x1]\n"
      "alu[gprA_5, gprA_5, +, 0x1], no_cc\n"
      "bne[again]\n";
  Config nic = config("agilio-cx-2x40");
  nic.firmware = Firmware::kStripped;
  nic.workers = 5;
  const Outcome run = harness::run(nic, text + verdict(harness::kDrop), traffic(nic, "size=214"),
                                   {.packets = 20000});
  ASSERT_EQ(run.report.aborted, 0u) << run.report.faults[0];
  // Between write and read: 2 words, a taken branch of 3, the read's 3: 8 of at least 16. Between read and write: 20 + 1 + 3.
  constexpr double kRound = 16 + kArithmetic + 1 + 3;
  constexpr double kStatic = 224 + 2 + kRounds * kRound + 2 + 1 + 4;
  const double measured = 800.0 * 5 / run.report.rate_mpps;
  EXPECT_NEAR(measured, kStatic, 0.005 * kStatic);
}

// f / c_memory: all cores together cannot read one word more often than its engine serves it.
TEST(EmemEngine, BoundsFiftyCores) {
  Config nic = config("agilio-cx-2x40");
  nic.firmware = Firmware::kStripped;
  const Outcome run = harness::run(nic, reads_then_drop(12), traffic(nic, "size=64,flows=64"),
                                   {.duration_ps = 1'000'000'000});
  EXPECT_NEAR(run.report.rate_mpps, 197.4 / 12, 0.02 * 197.4 / 12);
  EXPECT_GT(run.report.engines.at("emem").load, 0.97);
}

}  // namespace
}  // namespace nic
