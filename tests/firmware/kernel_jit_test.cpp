// The kernel JIT's images run on the interpreter with the firmware around them.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/bits.h"
#include "fpc/firmware/link.h"
#include "fpc/firmware/map_table.h"
#include "tests/firmware/frames.h"
#include "tests/firmware/harness.h"
#include "tests/firmware/vectors.h"

namespace {

using firmware::kStatAbort, firmware::kStatDrop, firmware::kStatPass, firmware::kStatTx;
using firmware::kVerdictDrop, firmware::kVerdictPass, firmware::kVerdictTx;
using frames::Frame;

constexpr uint32_t kPass = kVerdictPass | kStatPass;
constexpr uint32_t kDrop = kVerdictDrop | kStatDrop;
constexpr uint32_t kTx = kVerdictTx | kStatTx;
constexpr uint32_t kAbort = kVerdictDrop | kStatAbort;

std::vector<Frame> all_frames() {
  std::vector<Frame> frames = {Frame{},
                               Frame(1),
                               frames::ethernet(0x0800, 14),
                               frames::ethernet(0x0800, 33),
                               frames::ethernet(0x0806, 60),
                               frames::ethernet(0x86dd, 74),
                               frames::ipv4(17, 0x0a000001, 1000, 53),
                               frames::ipv4(17, 0x0a000001, 1000, 54),
                               frames::ipv4(6, 0x0a000002, 1000, 80, 200),
                               frames::ipv4(1, 0x0a000003, 0, 0, 1514)};
  return frames;
}

class KernelImage {
 public:
  explicit KernelImage(const std::string& name) : vector_(vectors::load(name)), maps_(memory_) {
    for (const firmware::MapShape& shape : vector_.maps) EXPECT_TRUE(maps_.create(shape));
  }

  harness::Run run(const std::vector<Frame>& frames, unsigned cores = 1) {
    auto store = firmware::link_relocated(vector_.relocated, vectors::layout());
    if (!store) {
      ADD_FAILURE() << vector_.name << ": " << store.error().text();
      return {};
    }
    std::vector<harness::Packet> packets;
    for (const Frame& frame : frames) packets.push_back({frame});
    harness::Options options;
    options.cores = cores;
    options.seed = ++seed_;
    return harness::run_program(*store, memory_, packets, options);
  }

  // One frame; 0 when the run failed.
  uint32_t verdict(const Frame& frame) {
    const harness::Run result = run({frame});
    EXPECT_EQ(result.trouble, "") << vector_.name;
    return result.trouble.empty() ? result.retired.at(0).verdict : 0;
  }

  firmware::MapTable& maps() { return maps_; }
  const vectors::Vector& vector() const { return vector_; }

 private:
  vectors::Vector vector_;
  fpc::ByteStore memory_;
  firmware::MapTable maps_;
  uint64_t seed_ = 0;
};

TEST(KernelJit, EveryImageRunsWithoutFault) {
  unsigned run = 0;
  for (const std::string& name : vectors::names()) {
    KernelImage image(name);
    const harness::Run result = image.run(all_frames(), 2);
    EXPECT_EQ(result.trouble, "") << name;
    for (const harness::Retired& packet : result.retired) {
      EXPECT_EQ(std::popcount(packet.verdict & (kVerdictPass | kVerdictDrop | kVerdictTx)), 1)
          << name;
    }
    ++run;
  }
  EXPECT_GE(run, 40u);
}

TEST(KernelJit, PerfEventsCarryDataAndPacketBytes) {
  KernelImage image("misc.perf");
  const Frame frame = frames::ipv4(17, 1, 2, 3, 80);
  const harness::Run run = image.run({frame});
  ASSERT_EQ(run.trouble, "");
  ASSERT_EQ(run.retired[0].events.size(), 1u);
  const harness::Event& event = run.retired[0].events[0];
  constexpr uint32_t kMapIdOfTheRecordingKernel = 569;
  EXPECT_EQ(event.map, kMapIdOfTheRecordingKernel);
  EXPECT_EQ(event.data, (Frame{1, 0, 0, 0, static_cast<uint8_t>(frame.size()), 0, 0, 0}));
  EXPECT_EQ(event.packet, Frame(frame.begin(), frame.begin() + 32));
}

TEST(KernelJit, ConstantVerdictsComeOut) {
  const Frame frame = frames::ipv4(17, 1, 2, 3);
  EXPECT_EQ(KernelImage("basic.drop").verdict(frame), kDrop);
  EXPECT_EQ(KernelImage("basic.pass").verdict(frame), kPass);
  EXPECT_EQ(KernelImage("basic.tx").verdict(frame), kTx);
  EXPECT_EQ(KernelImage("basic.aborted").verdict(frame), kAbort);
  EXPECT_EQ(KernelImage("basic.tc_shot").verdict(frame), kDrop);
  EXPECT_EQ(KernelImage("basic.tc_unspec").verdict(frame), kPass);
}

TEST(KernelJit, FiltersLookAtThePacket) {
  KernelImage ethertype("basic.ethertype"), ethertype3("basic.ethertype3");
  EXPECT_EQ(ethertype.verdict(frames::ethernet(0x0800, 60)), kPass);
  EXPECT_EQ(ethertype.verdict(frames::ethernet(0x0806, 60)), kDrop);
  EXPECT_EQ(ethertype.verdict(Frame(13)), kDrop);
  EXPECT_EQ(ethertype3.verdict(frames::ethernet(0x86dd, 60)), kPass);
  EXPECT_EQ(ethertype3.verdict(frames::ethernet(0x0806, 60)), kTx);
  EXPECT_EQ(ethertype3.verdict(frames::ethernet(0x1234, 60)), kDrop);
  KernelImage length("basic.pktlen"), port("basic.udp_port");
  EXPECT_EQ(length.verdict(Frame(128)), kPass);
  EXPECT_EQ(length.verdict(Frame(129)), kDrop);
  EXPECT_EQ(port.verdict(frames::ipv4(17, 1, 2, 53)), kDrop);
  EXPECT_EQ(port.verdict(frames::ipv4(17, 1, 2, 54)), kPass);
  EXPECT_EQ(port.verdict(frames::ipv4(6, 1, 2, 53)), kPass);
}

TEST(KernelJit, WritesReachThePacket) {
  const Frame frame = frames::ipv4(17, 1, 2, 3);
  Frame swapped = frame;
  std::swap_ranges(swapped.begin(), swapped.begin() + 6, swapped.begin() + 6);
  const harness::Run run = KernelImage("basic.swapmac_tx").run({frame});
  ASSERT_EQ(run.trouble, "");
  EXPECT_EQ(run.retired[0].verdict, kTx);
  EXPECT_EQ(run.retired[0].bytes, swapped);
}

uint64_t counter(const std::vector<uint8_t>& value, size_t at) {
  return base::load_be<uint32_t>(&value[at]) | uint64_t{base::load_be<uint32_t>(&value[at + 4])}
                                                   << 32;
}

TEST(KernelJit, CountersCountUnderContention) {
  constexpr uint32_t kPackets = 400, kSources = 10, kBytes = 100;
  std::vector<Frame> packets;
  for (uint32_t i = 0; i < kPackets; ++i) {
    packets.push_back(frames::ipv4(17, i % kSources, 1, 2, kBytes));
  }
  KernelImage proto("count.count_proto"), address("count.count_ip");
  ASSERT_EQ(proto.run(packets, 4).trouble, "");
  const std::vector<uint8_t> udp = {17, 0, 0, 0}, zero(16);
  EXPECT_EQ(counter(proto.maps().lookup(1, udp).value_or(zero), 0), kPackets);

  // The program's own insertion races with its counts, so the entries are there before it.
  for (uint8_t i = 0; i < kSources; ++i) {
    ASSERT_EQ(address.maps().update(1, std::vector<uint8_t>{0, 0, 0, i}, zero, 0),
              firmware::MapStatus::kOk);
  }
  ASSERT_EQ(address.run(packets, 4).trouble, "");
  unsigned sources = 0;
  address.maps().for_each(1, [&](auto, auto value) {
    const std::vector<uint8_t> bytes(value.begin(), value.end());
    EXPECT_EQ(counter(bytes, 0), kPackets / kSources);
    EXPECT_EQ(counter(bytes, 8), kPackets / kSources * kBytes);
    ++sources;
  });
  EXPECT_EQ(sources, kSources);
}

TEST(KernelJit, TheFirewallLearnsAndForgets) {
  KernelImage learn("fw5.fw_learn");
  std::vector<Frame> packets;
  for (uint32_t i = 0; i < 100; ++i) {
    packets.push_back(frames::ipv4(17, i, 5, 6));
    packets.back()[11] = 1;  // odd source address: insert
  }
  ASSERT_EQ(learn.run(packets, 3).trouble, "");
  unsigned flows = 0;
  learn.maps().for_each(1, [&](auto, auto) { ++flows; });
  EXPECT_EQ(flows, 100u);
  for (size_t i = 0; i < packets.size(); i += 2) packets[i][11] = 2;
  ASSERT_EQ(learn.run(packets, 3).trouble, "");
  flows = 0;
  learn.maps().for_each(1, [&](auto, auto) { ++flows; });
  EXPECT_EQ(flows, 50u);
}

}  // namespace
