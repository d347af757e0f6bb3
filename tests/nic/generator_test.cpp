// The packet generator: its grammar, its statistics, and frames that other tools accept.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "base/bits.h"
#include "nic-model/packet_io.h"
#include "nic-model/traffic/frame_builder.h"
#include "nic-model/traffic/pacer.h"
#include "nic-model/traffic/traffic_spec.h"

namespace nic {
namespace {

using testing::HasSubstr;

constexpr LineRate kTwoPorts = {.ports = 2, .port_bps = 40'000'000'000};

PacketSource open(const std::string& spec, uint64_t seed = 1) {
  auto source = open_generator(spec, seed, kTwoPorts);
  EXPECT_TRUE(source) << source.error().text();
  return std::move(*source);
}

Frame next(PacketSource& source) {
  Frame frame;
  const auto got = source.next(frame);
  EXPECT_TRUE(got && *got);
  return frame;
}

// Ones' complement sum of 16-bit words; a right checksum makes it 0xffff.
uint32_t sum16(const uint8_t* from, size_t bytes, uint32_t sum = 0) {
  for (size_t i = 0; i < bytes; ++i) sum += i % 2 == 0 ? uint32_t{from[i]} << 8 : from[i];
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return sum;
}

void expect_valid(const Frame& frame) {
  const uint8_t* bytes = frame.bytes.data();
  const size_t ip_bytes = base::load_be<uint16_t>(bytes + 16);
  EXPECT_EQ(ip_bytes, frame.bytes.size() - 14);
  EXPECT_EQ(sum16(bytes + 14, 20), 0xffffu);
  const size_t length = frame.bytes.size() - 34;
  const uint8_t protocol = bytes[23];
  const uint32_t pseudo = sum16(bytes + 26, 8, protocol + static_cast<uint32_t>(length));
  EXPECT_EQ(sum16(bytes + 34, length, pseudo), 0xffffu);
  if (protocol == 17) {
    EXPECT_EQ(base::load_be<uint16_t>(bytes + 38), length);
  }
  EXPECT_EQ(bytes[26], 10);
  EXPECT_EQ(bytes[30], 10);
}

TEST(Generator, FramesHaveRightLengthsAndChecksums) {
  for (const char* spec : {"size=64", "size=64,proto=tcp", "size=65..1518,proto=mix,flows=50",
                           "size=imix,flows=9", "size=10244,proto=tcp"}) {
    SCOPED_TRACE(spec);
    PacketSource source = open(spec);
    for (int i = 0; i < 200; ++i) expect_valid(next(source));
  }
}

TEST(Generator, SizesIncludeTheFcsAndFramesDoNot) {
  PacketSource source = open("size=128");
  const Frame frame = next(source);
  EXPECT_EQ(frame.bytes.size(), 124u);
  EXPECT_EQ(frame.wire_bytes, 124u);
}

TEST(Generator, RangeIsUniformAndReachesBothEnds) {
  PacketSource source = open("size=100..103");
  std::map<size_t, int> seen;
  for (int i = 0; i < 40000; ++i) ++seen[next(source).bytes.size() + 4];
  ASSERT_EQ(seen.size(), 4u);
  for (const auto& [size, count] : seen) EXPECT_NEAR(count, 10000, 450) << size;  // 5 sigma
}

TEST(Generator, ImixHasSevenFourOne) {
  PacketSource source = open("size=imix");
  std::map<size_t, int> seen;
  for (int i = 0; i < 60000; ++i) ++seen[next(source).bytes.size() + 4];
  EXPECT_NEAR(seen[64], 35000, 610);  // 5 sigma
  EXPECT_NEAR(seen[594], 20000, 580);
  EXPECT_NEAR(seen[1518], 5000, 340);
}

TEST(Generator, ZipfFollowsItsExponent) {
  PacketSource source = open("flows=100,zipf=1.0");
  std::map<uint32_t, int> seen;
  constexpr int kDraws = 200000;
  for (int i = 0; i < kDraws; ++i) ++seen[base::load_be<uint32_t>(next(source).bytes.data() + 26)];
  double harmonic = 0;
  for (int k = 1; k <= 100; ++k) harmonic += 1.0 / k;
  for (const uint32_t k : {1u, 2u, 10u, 100u}) {
    const double expected = kDraws / (k * harmonic);
    EXPECT_NEAR(seen[0x0a000000 + k], expected, 5 * std::sqrt(expected)) << "flow " << k;
  }
}

TEST(Generator, FlowsAreDistinctTuples) {
  std::set<std::tuple<uint32_t, uint32_t, uint16_t, uint16_t>> tuples;
  for (uint32_t i = 0; i < 100000; ++i) {
    const Flow flow = flow_of(i, false);
    tuples.insert({flow.source, flow.destination, flow.source_port, flow.destination_port});
  }
  EXPECT_EQ(tuples.size(), 100000u);
}

TEST(Generator, MixHasBothProtocols) {
  PacketSource source = open("flows=2,proto=mix");
  std::set<int> protocols;
  for (int i = 0; i < 50; ++i) protocols.insert(next(source).bytes[23]);
  EXPECT_EQ(protocols, (std::set<int>{6, 17}));
}

TEST(Generator, SameSeedGivesTheSamePackets) {
  PacketSource one = open("size=64..1518,flows=100,zipf=0.8", 7);
  PacketSource two = open("size=64..1518,flows=100,zipf=0.8", 7);
  PacketSource other = open("size=64..1518,flows=100,zipf=0.8", 8);
  bool differs = false;
  for (int i = 0; i < 100; ++i) {
    const Frame a = next(one), b = next(two), c = next(other);
    EXPECT_EQ(a.bytes, b.bytes);
    EXPECT_EQ(a.arrival_ps, b.arrival_ps);
    differs |= a.bytes != c.bytes;
  }
  EXPECT_TRUE(differs);
}

TEST(Generator, LineRateFillsEveryPort) {
  PacketSource source = open("size=64");
  constexpr int kPackets = 10000;
  uint64_t last_ps = 0;
  int on_port[2] = {};
  for (int i = 0; i < kPackets; ++i) {
    const Frame frame = next(source);
    EXPECT_GE(frame.arrival_ps, last_ps);
    last_ps = frame.arrival_ps;
    ++on_port[frame.port];
  }
  EXPECT_EQ(on_port[0], kPackets / 2);
  EXPECT_EQ(on_port[1], kPackets / 2);
  // 84 bytes on a 40 Gb/s wire take 16.8 ns.
  EXPECT_EQ(last_ps, (kPackets / 2 - 1) * 16800u);
}

TEST(Generator, PacketAndBitRatesAreKeptExactly) {
  PacketSource packets = open("rate=3Mpps");
  PacketSource bits = open("size=64,rate=0.48Gbps");  // 60 bytes without FCS each microsecond
  Frame frame;
  for (int i = 0; i <= 3'000'0; ++i) frame = next(packets);
  EXPECT_EQ(frame.arrival_ps, 10'000'000'000u);
  for (int i = 0; i <= 1000; ++i) frame = next(bits);
  EXPECT_EQ(frame.arrival_ps, 1'000'000'000u);
}

TEST(Generator, UnlimitedPortsNeedARateOrAFallback) {
  const auto refused = open_generator("", 1, {.ports = 8});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("name a rate"));
  auto paced = open_generator("", 1, {.ports = 8, .fallback_pps = 1e6});
  ASSERT_TRUE(paced);
  next(*paced);
  EXPECT_EQ(next(*paced).arrival_ps, 1'000'000u);
}

struct BadSpec {
  const char* name;
  const char* spec;
  const char* message;
};
class BadTraffic : public testing::TestWithParam<BadSpec> {};

TEST_P(BadTraffic, NamesWhatWasFoundAndWhatIsAllowed) {
  const auto source = open_generator(GetParam().spec, 1, kTwoPorts);
  ASSERT_FALSE(source);
  EXPECT_THAT(source.error().message, HasSubstr(GetParam().message));
}

const BadSpec kBadSpecs[] = {
    {"UnknownKey", "sice=64", "traffic has 'sice=64', expected KEY=VALUE with the keys size,"},
    {"NoValue", "size", "traffic has 'size'"},
    {"EmptyItem", "size=64,,flows=1", "traffic has ''"},
    {"Twice", "size=64,size=65", "traffic names size twice"},
    {"TooShort", "size=63", "size is '63', expected imix, or a length with FCS"},
    {"TooLong", "size=10245", "within 64..10244"},
    {"RangeBackwards", "size=100..64", "size is '100..64'"},
    {"RangeOpen", "size=64..", "size is '64..'"},
    {"SizeText", "size=big", "size is 'big'"},
    {"SizeTrailing", "size=64x", "size is '64x'"},
    {"NoFlows", "flows=0", "flows is '0', allowed is 1..4194304"},
    {"NegativeFlows", "flows=-1", "flows is '-1'"},
    {"FlowsOverflow", "flows=99999999999999999999", "allowed is 1..4194304"},
    {"ZipfNegative", "zipf=-0.5", "zipf is '-0.5', allowed is 0..10"},
    {"ZipfNan", "zipf=nan", "zipf is 'nan'"},
    {"Protocol", "proto=sctp", "proto is 'sctp', allowed are udp, tcp and mix"},
    {"RateWithoutUnit", "rate=20", "rate is '20', expected line, or a number with pps"},
    {"RateZero", "rate=0pps", "rate is '0pps', allowed is 1 to"},
    {"RateNegative", "rate=-5Mpps", "rate is '-5Mpps', allowed is 1 to"},
    {"RateHuge", "rate=1e300Gbps", "allowed is 1 to"},
    {"RateEmpty", "rate=", "rate is ''"},
};
INSTANTIATE_TEST_SUITE_P(Specs, BadTraffic, testing::ValuesIn(kBadSpecs),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace nic
