// Packets that the host sends: their latency, what limits their rate, what they share with packets of programs, and losses.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/nic/live_program.h"

namespace nic {
namespace {

using testing::Each;
using testing::ElementsAre;

constexpr uint64_t kLongPs = 10'000'000'000;
constexpr uint64_t kWire60Ps = 67'200;  // 60 bytes, FCS, preamble and gap at 10 Gb/s

struct Sent {
  uint64_t posted_ps, departure_ps;
  unsigned port;
  std::vector<uint8_t> bytes;
};

class Lab {
 public:
  explicit Lab(const Config& config, fpc::Engine engine = fpc::EngineChoice().engine) {
    auto made = LiveCard::power_on(config, *firmware::find_profile("full"), 1, {engine});
    EXPECT_TRUE(made) << made.error().text();
    card = std::move(*made);
    card->on_transmitted([this](const Transmitted& packet) {
      sent.push_back({packet.posted_ps,
                      packet.departure_ps,
                      packet.port,
                      {packet.bytes.begin(), packet.bytes.end()}});
    });
  }

  // `count` packets that differ in their first byte; returns how many the ring took.
  unsigned offer(unsigned count, size_t bytes = 60, unsigned port = 0) {
    unsigned taken = 0;
    for (unsigned i = 0; i < count; ++i)
      taken += card->transmit(port, std::vector<uint8_t>(bytes, static_cast<uint8_t>(i)));
    return taken;
  }
  void settle() {
    card->run_until(card->now_ps() + kLongPs);
    EXPECT_FALSE(card->is_transmitting());
  }
  std::vector<uint64_t> gaps() const {
    std::vector<uint64_t> all;
    for (size_t i = 1; i < sent.size(); ++i)
      all.push_back(sent[i].departure_ps - sent[i - 1].departure_ps);
    return all;
  }

  std::unique_ptr<LiveCard> card;
  std::vector<Sent> sent;
};

Config slow_ports() { return harness::config("agilio-cx-2x10"); }

// Doorbell, descriptor, frame, the way to the port, the wire: nothing else.
TEST(Transmit, TakesTheSumOfItsParts) {
  for (const size_t bytes : {size_t{60}, size_t{61}, size_t{1514}}) {
    Lab lab(harness::config("agilio-cx-2x40"));
    lab.card->run_until(5'000'000);
    ASSERT_EQ(lab.offer(1, bytes, 1), 1u);
    lab.settle();
    ASSERT_EQ(lab.sent.size(), 1u);
    const uint64_t doorbell_ps = 214'000 + 4 * 240, descriptor_ps = 535'000 + 16 * 300;
    const uint64_t frame_ps = 535'000 + bytes * 300, to_port_ps = 2'000'000;
    const uint64_t wire_ps = (bytes + 24) * 8 * 25;  // 40 Gb/s
    EXPECT_EQ(lab.sent[0].posted_ps, 5'000'000u);
    EXPECT_EQ(lab.sent[0].departure_ps,
              5'000'000 + doorbell_ps + descriptor_ps + frame_ps + to_port_ps + wire_ps);
    EXPECT_EQ(lab.sent[0].port, 1u);
    EXPECT_EQ(lab.card->transmit_counts().packets, 1u);
    EXPECT_EQ(lab.card->transmit_counts().bytes, bytes);
  }
}

TEST(Transmit, LeavesAtLineRateInOrderWhenTheHostOffersMore) {
  Lab lab(slow_ports());
  ASSERT_EQ(lab.offer(2000), 2000u);
  lab.settle();
  ASSERT_EQ(lab.sent.size(), 2000u);
  EXPECT_THAT(lab.gaps(), Each(kWire60Ps));
  for (unsigned i = 0; i < 2000; ++i) ASSERT_EQ(lab.sent[i].bytes[0], i & 0xff);
}

TEST(Transmit, PortsDoNotWaitForEachOther) {
  Lab lab(slow_ports());
  for (unsigned i = 0; i < 100; ++i) ASSERT_EQ(lab.offer(1, 60, i % 2), 1u);
  lab.settle();
  std::vector<uint64_t> ends[2];
  for (const Sent& packet : lab.sent) ends[packet.port].push_back(packet.departure_ps);
  for (const auto& port : ends) {
    ASSERT_EQ(port.size(), 50u);
    EXPECT_LE(port.back() - port.front(), 49 * (kWire60Ps + 5000)) << "PCIe gives each 14 Mpps";
  }
}

// Two reads a packet, 17.9 ns apart, are more than 76 bytes at 54.44 Gb/s take.
TEST(Transmit, SmallPacketsAreLimitedByReadsOverPcie) {
  Lab lab(harness::config("agilio-cx-2x40"));
  ASSERT_EQ(lab.offer(1000), 1000u);
  lab.settle();
  EXPECT_THAT(lab.gaps(), Each(2 * 17'900u));
}

TEST(Transmit, ACreditComesBackWithTheLastBit) {
  Config config = slow_ports();
  config.host_transmit_credits = 1;
  Lab lab(config);
  ASSERT_EQ(lab.offer(3), 3u);
  lab.settle();
  const uint64_t fetch_ps = 535'000 + 16 * 300 + 535'000 + 60 * 300;
  EXPECT_THAT(lab.gaps(), Each(fetch_ps + 2'000'000 + kWire60Ps));
}

TEST(Transmit, APacketThatFindsTheRingFullIsLost) {
  Config config = slow_ports();
  config.host_transmit_descriptors = 32;
  Lab lab(config);
  EXPECT_EQ(lab.offer(40), 32u);
  EXPECT_EQ(lab.card->transmit_counts().ring_full, 8u);
  lab.settle();
  EXPECT_EQ(lab.sent.size(), 32u);
  EXPECT_EQ(lab.offer(32), 32u) << "descriptors are free again";
  lab.settle();
  EXPECT_EQ(lab.card->transmit_counts().packets, 64u);
}

TEST(Transmit, APacketThatFindsThePortsQueueFullIsLost) {
  Config config = slow_ports();
  config.egress_queue_packets = 8;
  Lab lab(config);
  ASSERT_EQ(lab.offer(1000), 1000u);
  lab.settle();
  const TransmitCounts counts = lab.card->transmit_counts();
  EXPECT_GT(counts.port_full, 0u);
  EXPECT_EQ(counts.packets + counts.port_full, 1000u);
  EXPECT_EQ(counts.packets, lab.sent.size());
  EXPECT_EQ(lab.offer(100), 100u) << "credits of the lost came back";
}

TEST(Transmit, FramesThatNoPortTakesAreLostAndShortOnesFilledUp) {
  Lab lab(slow_ports());
  EXPECT_EQ(lab.offer(1, 13), 0u);
  EXPECT_EQ(lab.offer(1, 10'241), 0u);
  EXPECT_EQ(lab.card->transmit_counts().unfit, 2u);
  EXPECT_EQ(lab.offer(1, 14) + lab.offer(1, 10'240), 2u);
  lab.settle();
  ASSERT_EQ(lab.sent.size(), 2u);
  EXPECT_EQ(lab.sent[0].bytes.size(), 60u);
  EXPECT_EQ(lab.sent[1].bytes.size(), 10'240u);
  EXPECT_EQ(lab.card->transmit_counts().bytes, 10'300u);
}

struct Shared {
  std::vector<uint64_t> ends_ps;  // of everything that left at port 0, in order of departure
  uint64_t sent_back = 0, worst_ps = 0;
  TransmitCounts transmit;
  Report report;
};

// 300 packets that a program sends back, at 8 Mpps; the host's `offered` packets come while they do.
Shared share(unsigned offered, fpc::Engine engine, unsigned queue = 1024) {
  Config config = slow_ports();
  config.egress_queue_packets = queue;
  Lab lab(config, engine);
  harness::load_program(*lab.card, harness::verdict(harness::kTx));
  Shared out;
  lab.card->on_departure([&](const Departure& packet) {
    if (packet.exit != Exit::kWire) return;
    ++out.sent_back;
    out.worst_ps = std::max(out.worst_ps, packet.departure_ps - packet.arrival_ps);
    out.ends_ps.push_back(packet.departure_ps);
  });
  std::vector<Frame> frames = harness::frames_of_sizes(std::vector<uint32_t>(300, 60));
  for (size_t i = 0; i < frames.size(); ++i) frames[i].arrival_ps = i * 125'000;
  PacketSource source = from_frames(std::move(frames));
  EXPECT_TRUE(lab.card->attach(source, {}));
  EXPECT_EQ(lab.offer(offered), offered);
  lab.settle();
  out.transmit = lab.card->transmit_counts();
  for (const Sent& packet : lab.sent) out.ends_ps.push_back(packet.departure_ps);
  std::ranges::sort(out.ends_ps);
  out.report = lab.card->finish();
  return out;
}

class TransmitAndPrograms : public testing::TestWithParam<fpc::Engine> {};

TEST_P(TransmitAndPrograms, ShareThePort) {
  const Shared alone = share(0, GetParam()), both = share(600, GetParam());
  EXPECT_EQ(alone.sent_back, 300u);
  EXPECT_EQ(both.sent_back, 300u);
  EXPECT_EQ(both.transmit.packets, 600u);
  for (size_t i = 1; i < both.ends_ps.size(); ++i)
    ASSERT_GE(both.ends_ps[i] - both.ends_ps[i - 1], kWire60Ps) << "no two at a time";
  EXPECT_GT(both.worst_ps, alone.worst_ps + 20 * kWire60Ps) << "they waited for the host's";
  EXPECT_EQ(both.report.tx, 300u) << "no program saw the host's";
}

TEST_P(TransmitAndPrograms, TakeEachOthersPlaceInItsQueue) {
  const Shared alone = share(0, GetParam(), 16), both = share(600, GetParam(), 16);
  EXPECT_EQ(alone.sent_back, 300u);
  EXPECT_LT(both.sent_back, 300u);
  EXPECT_EQ(both.report.after_verdict_lost.at("egress_queue"), 300 - both.sent_back);
  EXPECT_GT(both.transmit.port_full, 0u);
  EXPECT_EQ(both.transmit.packets + both.transmit.port_full, 600u);
}

INSTANTIATE_TEST_SUITE_P(Engines, TransmitAndPrograms,
                         testing::Values(fpc::Engine::kInterpreter, fpc::Engine::kJit),
                         [](const auto& test) {
                           return test.param == fpc::Engine::kJit ? "jit" : "interp";
                         });

TEST(Transmit, IsTheSameOnEveryEngine) {
  const Shared one = share(600, fpc::Engine::kInterpreter), other = share(600, fpc::Engine::kJit);
  EXPECT_EQ(one.ends_ps, other.ends_ps);
}

}  // namespace
}  // namespace nic
