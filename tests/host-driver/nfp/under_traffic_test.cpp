// What docs/maps.md promises, while packets use the same maps on the card.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <map>
#include <optional>

#include "base/bits.h"
#include "tests/host-driver/nfp/driver_harness.h"
#include "tests/host-driver/nfp/test_programs.h"

namespace {

using harness::Bytes;
using harness::bytes_of;
using harness::Driver;
using host::nfp::Map;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr uint32_t kMtu = 1500;
// Packets that write one entry take turns. As many as that lets through, and more:
constexpr const char *kContended = "1Mpps", *kOverload = "5Mpps";

class MapsUnderTraffic : public testing::Test {
 protected:
  // Its map is the card's first.
  void load(const firmware::Image& image) {
    const firmware::ImageMap& map = image.maps.at(0);
    const host::nfp::MapShape shape{map.type, map.key_bytes, map.value_bytes, map.max_entries, 0};
    ASSERT_EQ(driver_.alloc(shape, map_), 0);
    ASSERT_EQ(map_->table, 1u);
    std::string why, extack;
    ASSERT_TRUE(driver_.maps().claim_use(*map_, map.word_use, why)) << why;
    ASSERT_EQ(driver_.device->programs().load(image, kMtu, extack), 0) << extack;
  }
  void start_packets(uint64_t count, const std::string& rate = "5Mpps") {
    auto config = nic::load_config("agilio-cx-2x40");
    auto source = nic::open_generator("size=64,flows=16,rate=" + rate, 1, nic::line_rate(*config));
    ASSERT_TRUE(source) << source.error().text();
    source_.emplace(std::move(*source));
    nic::Limits limits;
    limits.packets = count;
    ASSERT_TRUE(driver_.card->attach(*source_, limits));
  }
  uint64_t packets_done() const {
    const nic::VerdictCounts counts = driver_.card->verdict_counts();
    return counts.pass.packets + counts.drop.packets + counts.tx.packets + counts.aborted.packets;
  }
  uint64_t get(uint32_t key) {
    Bytes value(8);
    EXPECT_EQ(driver_.maps().lookup(*map_, bytes_of(key), value), 0);
    return base::load_le<uint64_t>(value.data());
  }
  int put(uint32_t key, uint64_t value) {
    return driver_.maps().update(*map_, bytes_of(key), bytes_of(value), 0);
  }

  Driver driver_;
  std::optional<nic::PacketSource> source_;
  std::unique_ptr<Map> map_;
};

TEST_F(MapsUnderTraffic, CountsEveryPacket) {
  load(harness::counter());
  start_packets(5000);
  uint64_t last = 0;
  while (packets_done() < 5000) {
    const uint64_t done_before = packets_done();
    const uint64_t count = get(0);
    EXPECT_GE(count, last);
    EXPECT_GE(count, done_before) << "what packets added that had left before the look-up";
    last = count;
    ASSERT_LT(driver_.port->now_ps(), 100'000'000'000u);
  }
  EXPECT_EQ(get(0), 5000u);
}

TEST_F(MapsUnderTraffic, LookupsSeeWholeValues) {
  load(harness::pair_writer());
  ASSERT_EQ(put(0, 0x0000000100000001), 0);
  start_packets(5000, kContended);
  unsigned from_packets = 0;
  for (uint32_t i = 2; packets_done() < 5000; ++i) {
    ASSERT_LT(driver_.port->now_ps(), 100'000'000'000u) << packets_done();
    const uint64_t value = get(0);
    ASSERT_EQ(value >> 32, value & 0xffffffff) << "a mix of two updates";
    from_packets += value != ((uint64_t{i} - 1) | uint64_t{i - 1} << 32);
    ASSERT_EQ(put(0, uint64_t{i} << 32 | i), 0);
  }
  EXPECT_GT(from_packets, 20u);
}

TEST_F(MapsUnderTraffic, WalksMeetEveryLastingEntryOnce) {
  load(harness::churner());
  for (uint32_t key = 100; key < 108; ++key) ASSERT_EQ(put(key, key), 0);
  start_packets(5000, kContended);
  unsigned walks = 0, most = 0;
  for (; packets_done() < 5000; ++walks) {
    ASSERT_LT(driver_.port->now_ps(), 100'000'000'000u) << packets_done();
    std::map<uint32_t, unsigned> met;
    const int end = driver_.maps().lookup_batch(*map_, {}, 13, [&](auto key, auto value) {
      const auto number = base::load_le<uint32_t>(key.data());
      ++met[number];
      if (number >= 100) {
        EXPECT_EQ(base::load_le<uint64_t>(value.data()), number);
      }
    });
    EXPECT_EQ(end, -ENOENT) << "12 entries at most";
    for (uint32_t key = 100; key < 108; ++key) ASSERT_EQ(met[key], 1u) << key;
    most = std::max(most, static_cast<unsigned>(met.size()));
  }
  EXPECT_GT(walks, 20u);
  EXPECT_GT(most, 8u) << "entries of packets";
}

TEST_F(MapsUnderTraffic, TheCacheKnowsNothingOfPrograms) {
  load(harness::counter());
  Bytes first(4);
  ASSERT_EQ(driver_.maps().next_key(*map_, {}, first), 0);
  start_packets(50);
  driver_.port->run_until(driver_.port->now_ps() + 100'000'000);
  ASSERT_EQ(packets_done(), 50u);
  EXPECT_EQ(get(0), 0u) << "from the cache";
  driver_.port->run_until(driver_.port->now_ps() + host::nfp::MapCache::kValidPs);
  EXPECT_EQ(get(0), 50u);
}

// Those for which there is no turn in time find no credit; nothing else is lost, and what was written stays whole.
TEST_F(MapsUnderTraffic, LosesWhatOneEntryCannotTake) {
  constexpr uint64_t kPackets = 5000;
  load(harness::pair_writer());
  ASSERT_EQ(put(0, 0), 0);
  uint64_t counted = 0;
  driver_.card->on_departure([&](const nic::Departure&) { ++counted; });
  start_packets(kPackets, kOverload);
  unsigned updates = 0;
  while (driver_.port->now_ps() < 1'000'000'000) {
    const uint64_t value = get(0);
    ASSERT_EQ(value >> 32, value & 0xffffffff) << "a mix of two updates";
    ASSERT_EQ(put(0, 0), 0);
    ++updates;
  }
  EXPECT_GT(updates, 0u) << "the host's turn comes, too";
  const nic::Report report = driver_.card->finish();
  EXPECT_EQ(report.offered, kPackets);
  EXPECT_EQ(report.drop, counted);
  EXPECT_EQ(kPackets, counted + report.lost);
  EXPECT_GT(report.lost, 0u);
  EXPECT_THAT(report.lost_by, ElementsAre(Pair("ingress_credits", report.lost)));
  EXPECT_THAT(report.after_verdict_lost, IsEmpty());
  EXPECT_THAT(report.faults, IsEmpty());
}

TEST_F(MapsUnderTraffic, ProgramsMaySeeWordsOfTwoUpdates) {
  load(harness::pair_reader());
  ASSERT_EQ(put(0, 0), 0);
  start_packets(5000);
  for (uint64_t i = 1; packets_done() < 5000; ++i) {
    // Calls take a whole number of packets' distances: each begins at another moment of one.
    driver_.port->run_until(driver_.port->now_ps() + i * 17'000);
    ASSERT_EQ(put(0, i << 32 | i), 0);
    ASSERT_EQ(get(0), i << 32 | i) << "the host sees whole values";
    ASSERT_LT(driver_.port->now_ps(), 100'000'000'000u);
  }
  const nic::VerdictCounts counts = driver_.card->verdict_counts();
  EXPECT_GT(counts.drop.packets, 0u) << "one word of the update before";
  EXPECT_GT(counts.pass.packets, counts.drop.packets);
}

// A packet that looks an entry up and reads it for nearly 3 ms.
class PacketsInFlight : public MapsUnderTraffic {
 protected:
  static constexpr uint32_t kOld = 0x01010101, kNew = 0x02020202;

  void start_one(uint32_t entries) {
    load(harness::lingerer(entries));
    ASSERT_EQ(put(0, kOld), 0);
    driver_.card->on_departure([&](const nic::Departure& packet) {
      ASSERT_GE(packet.bytes.size(), 8u);
      seen_.emplace(base::load_le<uint32_t>(packet.bytes.data()),
                    base::load_le<uint32_t>(packet.bytes.data() + 4));
    });
    start_packets(1);
    driver_.port->run_until(driver_.port->now_ps() + 50'000'000);
    ASSERT_FALSE(seen_);
  }
  void wait_for_packet() {
    driver_.port->run_until(driver_.port->now_ps() + 5'000'000'000);
    ASSERT_TRUE(seen_);
  }

  std::optional<std::pair<uint32_t, uint32_t>> seen_;  // its first and its last look at the entry
};

TEST_F(PacketsInFlight, ReadANewValueThroughTheirPointer) {
  start_one(4);
  ASSERT_EQ(put(0, kNew), 0);
  ASSERT_FALSE(seen_);
  wait_for_packet();
  EXPECT_EQ(*seen_, std::pair(kOld, kNew));
}

TEST_F(PacketsInFlight, ReadADeletedEntryThatNobodyUsesBeforeTheyHaveLeft) {
  constexpr uint32_t kEntries = 600;
  start_one(kEntries + 1);
  ASSERT_EQ(driver_.maps().remove(*map_, bytes_of(uint32_t{0})), 0);
  harness::Batch batch;
  for (uint32_t key = 1; key <= kEntries; ++key) batch.add(key, kNew);
  int error = 0;
  size_t done = 0;
  for (unsigned round = 0; round < 3; ++round) {
    error = driver_.maps().update_batch(*map_, batch.views(), 0, done);
    if (error != 0) break;
    ASSERT_EQ(driver_.maps().delete_batch(*map_, batch.views(), done), 0);
  }
  EXPECT_EQ(error, -ENOMEM) << "what was deleted waits for the packet";
  ASSERT_FALSE(seen_);
  wait_for_packet();
  EXPECT_EQ(*seen_, std::pair(kOld, kOld));
  EXPECT_EQ(driver_.maps().update_batch(*map_, batch.views(), 0, done), 0) << "the packet has left";
}

TEST_F(MapsUnderTraffic, LaterPacketsSeeAnUpdate) {
  load(harness::flag_reader());
  struct Seen {
    uint64_t arrival_ps;
    bool is_dropped;
  };
  std::vector<Seen> packets;
  driver_.card->on_departure([&](const nic::Departure& packet) {
    packets.push_back({packet.arrival_ps, packet.exit == nic::Exit::kDropped});
  });
  start_packets(5000);
  for (uint64_t flag = 1; packets_done() < 4900; flag ^= 1) {
    ASSERT_EQ(put(0, flag), 0);
    const uint64_t returned_ps = driver_.port->now_ps();
    packets.clear();
    driver_.port->run_until(returned_ps + 20'000'000);
    unsigned later = 0;
    for (const Seen& packet : packets) {
      if (packet.arrival_ps <= returned_ps) continue;
      ++later;
      ASSERT_EQ(packet.is_dropped, flag != 0);
    }
    ASSERT_TRUE(later > 0 || packets_done() >= 4900);
  }
}

}  // namespace
