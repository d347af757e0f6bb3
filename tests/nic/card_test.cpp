// Whole cards with small programs: verdicts, order, bytes, latency, losses, and that nothing is ever miscounted.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/bits.h"
#include "tests/nic/card_harness.h"

namespace nic {
namespace {

using harness::config;
using harness::expect_conserved;
using harness::frames_of_sizes;
using harness::Outcome;
using harness::traffic;
using harness::verdict;
using testing::HasSubstr;

TEST(Card, DropDropsAndNothingLeaves) {
  const Config nic = config("nfp-120");
  const Outcome run = harness::run(nic, verdict(harness::kDrop),
                                   traffic(nic, "size=64,flows=10,rate=10Mpps"), {.packets = 2000});
  expect_conserved(run);
  EXPECT_EQ(run.report.drop, 2000u);
  EXPECT_EQ(run.report.lost, 0u);
  EXPECT_EQ(run.report.sent_bytes, 0u);
  EXPECT_NEAR(run.report.rate_mpps, 10, 0.1);
  EXPECT_TRUE(run.report.faults.empty());
}

TEST(Card, TxSendsTheSameBytesOutOfTheSamePortInOrder) {
  const Config nic = config("agilio-cx-2x40");
  // Packets take turns in being slow, so that they finish out of order.
  const std::string program = R"(
    br_bset[*l$index1[pv_sequence], 0, slow]
    br[out]
slow:
    immed[gprA_1, 0x100]
again:
    alu[gprA_1, gprA_1, -, 0x1]
    bne[again]
out:
)";
  PacketSource twin = traffic(nic, "size=64..1518,flows=10,rate=5Mpps");
  const Outcome run =
      harness::run(nic, program + verdict(harness::kTx),
                   traffic(nic, "size=64..1518,flows=10,rate=5Mpps"), {.packets = 1000});
  expect_conserved(run);
  EXPECT_EQ(run.report.tx, 1000u);
  std::vector<Frame> sent(1000);
  for (Frame& frame : sent) ASSERT_TRUE(*twin.next(frame));
  std::map<uint16_t, uint64_t> next_of_port;
  for (const harness::Left& left : run.left) {
    const Frame& frame = sent[left.packet.sequence];
    EXPECT_EQ(left.bytes, frame.bytes);
    EXPECT_EQ(left.packet.port, frame.port);
    EXPECT_EQ(left.packet.exit, Exit::kWire);
    EXPECT_GE(left.packet.sequence, next_of_port[frame.port]);
    next_of_port[frame.port] = left.packet.sequence + 1;
  }
}

TEST(Card, FramesOfAnyLengthAreHandledOrCounted) {
  const std::vector<uint32_t> sizes = {0,    1,    13,   14,   59,   60,    127,   128,  1514,
                                       1919, 1920, 1921, 2048, 9000, 10240, 10241, 65535};
  const Outcome run =
      harness::run(config("nfp-120"), verdict(harness::kTx), from_frames(frames_of_sizes(sizes)));
  expect_conserved(run);
  EXPECT_EQ(run.report.lost_by, (std::map<std::string, uint64_t>{{"oversize", 2}, {"runt", 3}}));
  const auto frames = frames_of_sizes(sizes);
  ASSERT_EQ(run.left.size(), 12u);
  for (const harness::Left& left : run.left) {
    EXPECT_EQ(left.bytes, frames[left.packet.sequence].bytes) << left.packet.sequence;
  }
}

TEST(Card, BytesThatACaptureCutOffReadAsZero) {
  std::vector<Frame> frames = frames_of_sizes({100});
  frames[0].wire_bytes = 3000;
  std::vector<uint8_t> expected = frames[0].bytes;
  expected.resize(3000);
  const Outcome run =
      harness::run(config("nfp-120"), verdict(harness::kTx), from_frames(std::move(frames)));
  ASSERT_EQ(run.left.size(), 1u);
  EXPECT_EQ(run.left[0].bytes, expected);
}

TEST(Card, HeadAndTailMoveWithThePacketVector) {
  const std::string move = R"(
    alu[*l$index1[pv_pointer], *l$index1[pv_pointer], -, 0x14]
    alu[*l$index1[pv_length], *l$index1[pv_length], +, 0x14]
)";
  const std::vector<uint32_t> sizes = {60, 1920, 4000};
  const Outcome run = harness::run(config("nfp-120"), move + verdict(harness::kTx),
                                   from_frames(frames_of_sizes(sizes)));
  expect_conserved(run);
  const auto frames = frames_of_sizes(sizes);
  for (const harness::Left& left : run.left) {
    const std::vector<uint8_t>& sent = frames[left.packet.sequence].bytes;
    ASSERT_EQ(left.bytes.size(), sent.size() + 20);
    EXPECT_TRUE(std::equal(sent.begin(), sent.end(), left.bytes.begin() + 20));
  }
}

TEST(Card, ProgramsReadAndWriteTheirPacket) {
  const std::string swap_words = R"(
    alu[gprA_1, --, B, *l$index1[pv_pointer]]
    mem[read32_swap, $xfer_0, gprA_1, 0x0, 2], ctx_swap[sig1]
    alu[$xfer_0, --, B, $xfer_1]
    mem[write32_swap, $xfer_0, gprA_1, 0x0, 1], ctx_swap[sig1]
)";
  const Outcome run = harness::run(config("nfp-120"), swap_words + verdict(harness::kTx),
                                   from_frames(frames_of_sizes({60, 61, 62})));
  expect_conserved(run);
  ASSERT_EQ(run.report.tx, 3u);
  const auto frames = frames_of_sizes({60, 61, 62});
  for (const harness::Left& left : run.left) {
    std::vector<uint8_t> expected = frames[left.packet.sequence].bytes;
    std::copy_n(expected.begin() + 4, 4, expected.begin());
    EXPECT_EQ(left.bytes, expected);
  }
}

TEST(Card, LatencyOfALonePacketIsTheSumOfItsParts) {
  const Config nic = config("agilio-cx-2x40");
  const Outcome run = harness::run(nic, verdict(harness::kTx), from_frames(frames_of_sizes({60})));
  EXPECT_NEAR(run.report.cycles_per_packet, nic.datapath_cycles() + 4, 1);
  const double wire_ns = 84 * 8 / 40.0;
  const double core_ns = (nic.datapath_cycles() + 4) * 1.25;  // a taken branch
  const double mac_ns = 1e3 / 54.4;
  const double expected =
      2 * wire_ns + mac_ns + nic.ingress_latency_ns + core_ns + nic.egress_latency_ns;
  EXPECT_NEAR(run.report.max_ns, expected,
              20);  // the verdict is out before the dispatch's last words
  EXPECT_EQ(run.left[0].packet.arrival_ps, 0u);
}

TEST(Card, PassReachesTheQueueOfItsFlow) {
  const Config nic = config("agilio-cx-2x40");
  const Outcome run = harness::run(nic, verdict(harness::kPass),
                                   traffic(nic, "size=64,flows=200,rate=2Mpps"), {.packets = 3000});
  expect_conserved(run);
  EXPECT_EQ(run.report.pass, 3000u);
  EXPECT_TRUE(run.report.after_verdict_lost.empty());
  std::map<uint32_t, uint16_t> queue_of_flow;  // by source address
  std::map<uint16_t, int> packets_of_queue;
  for (const harness::Left& left : run.left) {
    EXPECT_EQ(left.packet.exit, Exit::kHost);
    ++packets_of_queue[left.packet.queue];
    const auto source = base::load_be<uint32_t>(left.bytes.data() + 26);
    const auto [flow, is_new] = queue_of_flow.emplace(source, left.packet.queue);
    EXPECT_EQ(flow->second, left.packet.queue);
  }
  EXPECT_EQ(packets_of_queue.size(), nic.host_queues);
}

TEST(Card, ProgramsMaySelectTheQueue) {
  const std::string select = R"(
    immed[gprA_1, 0x5]
    alu[*l$index1[pv_queue], --, B, gprA_1]
    immed[gprA_1, 0x10]
    alu[*l$index1[pv_flags], --, B, gprA_1]
)";
  const Config nic = config("agilio-cx-2x40");
  const Outcome run = harness::run(nic, select + verdict(harness::kPass),
                                   traffic(nic, "size=64,flows=50,rate=2Mpps"), {.packets = 100});
  for (const harness::Left& left : run.left) EXPECT_EQ(left.packet.queue, 5);
}

TEST(Card, SlowHostLosesAfterTheVerdict) {
  Config nic = config("agilio-cx-2x40");
  nic.host_packet_ns = 10'000;
  nic.host_queue_descriptors = 16;
  const Outcome run =
      harness::run(nic, verdict(harness::kPass), traffic(nic, "size=64,flows=100,rate=20Mpps"),
                   {.packets = 5000});
  expect_conserved(run);
  EXPECT_EQ(run.report.pass, 5000u);
  EXPECT_GT(run.report.after_verdict_lost.at("host_queue"), 0u);
}

TEST(Card, GrownPacketsOverrunTheWireAndItsQueue) {
  Config nic = config("nfp-120");
  nic.ports = 1;
  nic.port_bps = 10'000'000'000;
  nic.egress_queue_packets = 8;
  const std::string grow = R"(
    alu[*l$index1[pv_pointer], *l$index1[pv_pointer], -, 0x40]
    alu[*l$index1[pv_length], *l$index1[pv_length], +, 0x40]
)";
  const Outcome run =
      harness::run(nic, grow + verdict(harness::kTx), traffic(nic, "size=64"), {.packets = 3000});
  expect_conserved(run);
  EXPECT_EQ(run.report.tx, 3000u);
  EXPECT_NEAR(static_cast<double>(run.report.after_verdict_lost.at("egress_queue")),
              3000.0 * (1 - 84.0 / 148), 40);
}

TEST(Card, OverloadIsCountedByCause) {
  Config nic = config("agilio-cx-2x40");
  nic.workers = 2;
  const Outcome run =
      harness::run(nic, verdict(harness::kDrop), traffic(nic, "size=64"), {.packets = 20000});
  expect_conserved(run);
  EXPECT_GT(run.report.lost_by.at("mac_ingest"), 0u);
  EXPECT_GT(run.report.lost_by.at("ingress_credits"), 0u);
  EXPECT_GT(run.report.busy, 0.97);
  EXPECT_LT(run.report.idle, 0.03);
}

TEST(Card, LargePacketsRunOutOfBuffers) {
  Config nic = config("nfp-120");
  nic.workers = 1;
  const Outcome run =
      harness::run(nic, verdict(harness::kDrop), traffic(nic, "size=1518"), {.packets = 3000});
  expect_conserved(run);
  EXPECT_GT(run.report.lost_by.at("ctm_buffers"), 0u);
}

TEST(Card, UnboundedCardMakesTheSourceWaitAndSaysSo) {
  const Config nic = config("nfp-120-unbounded");
  const Outcome run = harness::run(nic, verdict(harness::kDrop),
                                   traffic(nic, "size=1500,rate=1Gpps"), {.packets = 50000});
  expect_conserved(run);
  EXPECT_EQ(run.report.lost, 0u);
  EXPECT_GT(run.report.busy, 0.9);
  ASSERT_EQ(run.report.notes.size(), 2u);
  EXPECT_THAT(run.report.notes[0], HasSubstr("no port carries it"));
  EXPECT_THAT(run.report.notes[1], HasSubstr("waited"));
}

TEST(Card, TwoRunsAreEqual) {
  const Config nic = config("agilio-cx-2x40");
  Nic card(nic, 3);
  ASSERT_TRUE(card.load(harness::link_kernel_image("basic.rnd")));
  std::vector<std::string> logs;
  for (int i = 0; i < 2; ++i) {
    std::string log;
    Hooks hooks;
    hooks.departure = [&](const Departure& packet) {
      log += std::to_string(packet.sequence) + ":" + std::to_string(packet.departure_ps) + ":" +
             std::to_string(packet.verdict) + " ";
    };
    PacketSource source = traffic(nic, "size=imix,flows=100,zipf=1,proto=mix");
    const auto report = card.run(source, {.packets = 5000}, hooks);
    ASSERT_TRUE(report);
    log += std::to_string(report->instructions) + " " + std::to_string(report->simulated_ps);
    logs.push_back(log);
  }
  EXPECT_EQ(logs[0], logs[1]);
}

TEST(Card, DurationStopsTheSource) {
  const Config nic = config("nfp-120");
  const Outcome run = harness::run(nic, verdict(harness::kDrop), traffic(nic, "rate=1Mpps"),
                                   {.duration_ps = 100'000'000});
  EXPECT_EQ(run.report.offered, 100u);
}

TEST(Card, EmptySourceGivesAnEmptyReport) {
  const Outcome run = harness::run(config("nfp-120"), verdict(harness::kDrop), from_frames({}));
  expect_conserved(run);
  EXPECT_EQ(run.report.offered, 0u);
  EXPECT_EQ(run.report.rate_mpps, 0);
}

TEST(Card, LongSilenceIsSkipped) {
  std::vector<Frame> frames = frames_of_sizes({60, 60});
  frames[1].arrival_ps = uint64_t{20} * 24 * 3600 * 1'000'000'000'000;  // 20 days
  const Outcome run =
      harness::run(config("nfp-120"), verdict(harness::kTx), from_frames(std::move(frames)));
  EXPECT_EQ(run.report.tx, 2u);
  EXPECT_LT(run.report.max_ns, 10000);
}

TEST(Card, ProgressGrowsTowardsTheLimit) {
  const Config nic = config("nfp-120");
  Nic card(nic, 1);
  ASSERT_TRUE(card.load(harness::link(verdict(harness::kDrop))));
  PacketSource source = traffic(nic, "rate=10Mpps");
  std::vector<Progress> seen;
  Hooks hooks;
  hooks.progress = [&](const Progress& progress) { seen.push_back(progress); };
  ASSERT_TRUE(card.run(source, {.packets = 10000}, hooks));
  ASSERT_GE(seen.size(), 9u);  // a millisecond
  for (size_t i = 1; i < seen.size(); ++i)
    EXPECT_GE(seen[i].packets_done, seen[i - 1].packets_done);
  EXPECT_EQ(seen.back().packets_done, 10000u);
  EXPECT_EQ(seen.back().packets_total, 10000u);
}

// Newest minus oldest packet in service, as the program reads them, in the low bits of the verdict.
uint32_t most_in_service(const std::string& traffic_spec) {
  const std::string difference = R"(
    immed[gprB_1, 0x1]
    immed_w1[gprB_1, 0x4000]
    immed[gprA_1, 0x0]
    mem[read32_swap, $xfer_0, gprB_1, <<8, gprA_1, 2], ctx_swap[sig1]
    alu[gprA_2, --, B, $xfer_0]
    alu[gprB_2, gprA_2, -, $xfer_1]
    immed[gprA_0, 0x22, <<16]
    br[done], defer[1]
    alu[gprA_0, gprA_0, OR, gprB_2]
)";
  Config nic = config("nfp-120");
  nic.workers = 2;
  const Outcome run = harness::run(nic, difference, traffic(nic, traffic_spec), {.packets = 3000});
  expect_conserved(run);
  EXPECT_EQ(run.report.aborted, 0u);
  uint32_t most = 0;
  for (const harness::Left& left : run.left) most = std::max(most, left.packet.verdict & 0xffff);
  return most;
}

TEST(Card, SequenceRegisterShowsALonePacketAsNewestAndOldest) {
  EXPECT_EQ(most_in_service("rate=1Mpps"), 0u);
}

TEST(Card, SequenceRegisterShowsThePacketsOfAllContexts) {
  EXPECT_GE(most_in_service("rate=100Mpps"), 7u);  // 8 contexts work at the same time
}

struct BadLoad {
  const char* name;
  uint32_t workers;
  uint32_t datapath_cycles;
  const char* message;
};
class BadLoads : public testing::TestWithParam<BadLoad> {};

TEST_P(BadLoads, AreRefusedWithTheNumbers) {
  Config nic = config("nfp-120");
  nic.workers = GetParam().workers;
  nic.datapath_stripped_cycles = GetParam().datapath_cycles;
  Nic card(nic, 1);
  const auto loaded = card.load(harness::link(verdict(harness::kDrop)));
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().message, HasSubstr(GetParam().message));
}

const BadLoad kBadLoads[] = {
    {"NoWorkers", 0, 224, "workers is 0, allowed are 1..120 for nfp-120"},
    {"TooManyWorkers", 121, 224, "workers is 121, allowed are 1..120 for nfp-120"},
    {"CheapDatapath", 120, 3,
     "the stripped datapath of nfp-120 costs 3 cycles, allowed are at least"},
};
INSTANTIATE_TEST_SUITE_P(Loads, BadLoads, testing::ValuesIn(kBadLoads),
                         [](const auto& row) { return row.param.name; });

TEST(Card, RunWithoutAProgramIsRefused) {
  const Config nic = config("nfp-120");
  Nic card(nic, 1);
  PacketSource source = traffic(nic, "rate=1Mpps");
  EXPECT_FALSE(card.run(source, {.packets = 1}, {}));
}

}  // namespace
}  // namespace nic
