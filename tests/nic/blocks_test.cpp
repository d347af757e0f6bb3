// The card's blocks one by one, without a simulation: order, queues, credits, clocks.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <queue>
#include <tuple>

#include "base/rng.h"
#include "nic-model/blocks/egress.h"
#include "nic-model/blocks/emem_cache.h"
#include "nic-model/blocks/event_wheel.h"
#include "nic-model/blocks/histogram.h"
#include "nic-model/blocks/host_queues.h"
#include "nic-model/blocks/ingress.h"
#include "nic-model/blocks/mac.h"
#include "nic-model/blocks/memory_engine.h"
#include "nic-model/blocks/reorder.h"
#include "nic-model/blocks/service_window.h"

namespace nic {
namespace {

Config cx() {
  auto config = load_config("agilio-cx-2x40");
  EXPECT_TRUE(config);
  return *config;
}

// Against a priority queue, with about so many events in the wheel.
void check_order_with(size_t population) {
  using Entry = std::tuple<uint64_t, uint32_t>;  // time, order of scheduling
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> oracle;
  EventWheel wheel;
  base::Rng rng(population);
  uint32_t order = 0;
  const auto schedule = [&] {
    constexpr uint64_t kSpans[] = {1, 3, 64, 4095, 4096, 4097, 20000, 1000000};
    const uint64_t time = wheel.now() + rng.below(kSpans[rng.below(8)]);
    wheel.schedule(time, EventKind::kRun, order);
    oracle.emplace(time, order++);
  };
  for (int i = 0; i < 200000; ++i) {
    for (uint64_t n = oracle.size() < population ? 3 : rng.below(3); n > 0; --n) schedule();
    ASSERT_EQ(wheel.empty(), oracle.empty());
    if (oracle.empty()) continue;
    ASSERT_EQ(wheel.next_time(), std::get<0>(oracle.top()));
    const uint64_t limit = wheel.now() + rng.below(5000);
    Event event;
    const bool is_due = std::get<0>(oracle.top()) < limit;
    ASSERT_EQ(wheel.pop(limit, event), is_due);
    if (!is_due && !wheel.pop(~uint64_t{0}, event)) FAIL() << "an event is lost";
    ASSERT_EQ((Entry{event.time_cycles, event.subject}), oracle.top());
    oracle.pop();
  }
}

TEST(EventWheel, GivesTheOrderOfAPriorityQueue) {
  for (const size_t population : {0u, 1u, 4u, 50u, 1000u}) check_order_with(population);
}

TEST(EventWheel, StopsBeforeTheLimit) {
  EventWheel wheel;
  wheel.schedule(10, EventKind::kRun, 1);
  wheel.schedule(1'000'000, EventKind::kRun, 2);
  Event event;
  EXPECT_FALSE(wheel.pop(10, event));
  EXPECT_TRUE(wheel.pop(11, event));
  EXPECT_EQ(wheel.next_time(), 1'000'000u);
  EXPECT_FALSE(wheel.pop(1'000'000, event));
  EXPECT_TRUE(wheel.pop(1'000'001, event));
  EXPECT_EQ(event.subject, 2u);
  EXPECT_TRUE(wheel.empty());
}

TEST(MemoryEngine, ServesOneLocationAtItsServiceTime) {
  MemoryEngine engine({.latency_cycles = 100, .word_service_cycles = 4.052, .banks = 4}, 1000);
  uint64_t start = 0;
  for (int i = 0; i < 1001; ++i) start = engine.access(0, 0x1000, 4, false).start_cycles;
  EXPECT_EQ(start, 4052u);
  EXPECT_EQ(engine.commands(), 1001u);
}

TEST(MemoryEngine, SpreadAccessesUseAllBanks) {
  MemoryEngine engine({.latency_cycles = 100, .word_service_cycles = 4, .banks = 4}, 1000);
  uint64_t start = 0;
  for (uint64_t i = 0; i < 400; ++i) start = engine.access(0, i * 16, 4, false).start_cycles;
  EXPECT_EQ(start, 99u * 4);
  EXPECT_DOUBLE_EQ(engine.load(400), 1.0);
}

TEST(MemoryEngine, LongAccessOccupiesEveryBankItTouches) {
  MemoryEngine engine({.latency_cycles = 100, .word_service_cycles = 4, .banks = 4}, 1000);
  EXPECT_EQ(engine.access(0, 8, 16, false).start_cycles, 0u);  // crosses into the second bank
  EXPECT_EQ(engine.access(0, 0, 4, false).start_cycles, 4u);
  EXPECT_EQ(engine.access(0, 16, 4, false).start_cycles, 4u);
  EXPECT_EQ(engine.access(0, 32, 4, false).start_cycles, 0u);
  EXPECT_EQ(engine.access(0, 0, 128, false).start_cycles, 12u);  // each bank twice
}

TEST(MemoryEngine, AtomicsHaveTheirOwnServiceTime) {
  MemoryEngine engine({.word_service_cycles = 4, .atomic_service_cycles = 3, .banks = 1}, 1000);
  EXPECT_EQ(engine.access(0, 0, 4, true).start_cycles, 0u);
  EXPECT_EQ(engine.access(0, 0, 4, false).start_cycles, 3u);
  EXPECT_EQ(engine.access(0, 0, 4, true).start_cycles, 7u);
}

TEST(MemoryEngine, HoldsIssuersWhenTheQueueIsFull) {
  MemoryEngine engine({.word_service_cycles = 4, .banks = 1}, 8);
  for (int i = 0; i <= 8; ++i) EXPECT_EQ(engine.access(0, 0, 4, false).hold_cycles, 0u) << i;
  EXPECT_EQ(engine.access(0, 0, 4, false).hold_cycles, 4u);
  EXPECT_EQ(engine.access(0, 0, 4, false).hold_cycles, 8u);
  EXPECT_EQ(engine.access(44, 0, 4, false).hold_cycles, 0u);
}

TEST(EmemCache, RemembersFourWaysAndForgetsTheOldest) {
  constexpr uint64_t kSets = 16;
  EmemCache cache(kSets * EmemCache::kWays * EmemCache::kLineBytes);
  const auto line = [](uint64_t i) { return i * kSets * EmemCache::kLineBytes; };  // one set
  for (uint64_t i = 0; i < 4; ++i) EXPECT_FALSE(cache.touch(line(i), 4));
  EXPECT_TRUE(cache.touch(line(0), 4));
  EXPECT_FALSE(cache.touch(line(4), 4));  // takes the place of line 1
  EXPECT_TRUE(cache.touch(line(0), 4));
  EXPECT_FALSE(cache.touch(line(1), 4));
  EXPECT_FALSE(cache.touch(60, 8)) << "the second line of the access is new";
}

TEST(EmemCache, OfNoSizeNeverHits) {
  EmemCache cache(0);
  EXPECT_FALSE(cache.touch(0, 4));
  EXPECT_FALSE(cache.touch(0, 4));
}

TEST(Reorder, ReleasesInTheOrderOfEachPort) {
  Reorder reorder(2);
  std::vector<uint32_t> released;
  const uint64_t a = reorder.enter(0), b = reorder.enter(0), c = reorder.enter(0);
  const uint64_t other = reorder.enter(1);
  reorder.retire(0, b, 11, released);
  EXPECT_TRUE(released.empty());
  reorder.retire(1, other, 20, released);
  EXPECT_EQ(released, (std::vector<uint32_t>{20}));
  reorder.retire(0, a, 10, released);
  EXPECT_EQ(released, (std::vector<uint32_t>{20, 10, 11}));
  reorder.retire(0, c, Reorder::kNothing, released);
  reorder.retire(0, reorder.enter(0), 13, released);
  EXPECT_EQ(released.back(), 13u);
  EXPECT_EQ(released.size(), 4u);
}

TEST(Reorder, KeepsOrderUnderAnyPermutation) {
  Reorder reorder(1);
  base::Rng rng(3);
  std::vector<std::pair<uint64_t, uint32_t>> open;
  std::vector<uint32_t> released;
  for (uint32_t next = 0; next < 5000;) {
    if (open.size() < 100) open.emplace_back(reorder.enter(0), next++);
    if (rng.below(2) == 0) continue;
    const auto pick = open.begin() + static_cast<std::ptrdiff_t>(rng.below(open.size()));
    reorder.retire(0, pick->first, pick->second, released);
    open.erase(pick);
  }
  ASSERT_GT(released.size(), 4000u);
  for (uint32_t i = 0; i < released.size(); ++i) ASSERT_EQ(released[i], i);
}

TEST(ServiceWindow, KnowsTheOldestOpenNumber) {
  ServiceWindow window;
  EXPECT_EQ(window.oldest(), window.newest() + 1);
  const uint64_t a = window.open(), b = window.open(), c = window.open();
  EXPECT_EQ(window.newest(), c);
  EXPECT_EQ(window.oldest(), a);
  window.close(b);
  EXPECT_EQ(window.oldest(), a);
  window.close(a);
  EXPECT_EQ(window.oldest(), c);
  window.close(c);
  EXPECT_EQ(window.oldest(), c + 1);
  EXPECT_EQ(window.newest(), c);
}

TEST(Mac, SerialisesAPortAndNotTheOther) {
  Mac mac(cx());
  EXPECT_EQ(mac.receive(0, 1000, 60).last_bit_ps, 1000u + 16800);
  const Mac::WireTime second = mac.receive(0, 1000, 60);
  EXPECT_EQ(second.first_bit_ps, 1000u + 16800);
  EXPECT_EQ(second.last_bit_ps, 1000u + 2 * 16800);
  EXPECT_EQ(mac.receive(1, 1000, 60).first_bit_ps, 1000u);
}

TEST(Mac, LimitsLengthAndRate) {
  Mac mac(cx());
  EXPECT_EQ(mac.check_length(13), Loss::kRunt);
  EXPECT_EQ(mac.check_length(14), std::nullopt);
  EXPECT_EQ(mac.check_length(10240), std::nullopt);
  EXPECT_EQ(mac.check_length(10241), Loss::kOversize);
  uint64_t passed = 0, last_ps = 0;
  for (uint64_t i = 0; i < 100000; ++i) {  // 100 Mpps offered
    if (const auto ps = mac.ingest(i * 10000)) {
      ++passed;
      last_ps = *ps;
    }
  }
  EXPECT_NEAR(static_cast<double>(passed) / static_cast<double>(last_ps), 54.4e-6, 1e-9);
}

TEST(Ingress, TakesAndReturnsCreditsRoundRobin) {
  Config config = cx();
  config.packet_credits = 3;
  Ingress ingress(config, 2);
  Loss loss{};
  std::vector<Place> places;
  for (int i = 0; i < 6; ++i) {
    const auto place = ingress.admit(60, loss);
    ASSERT_TRUE(place);
    EXPECT_EQ(place->island, i % 2);
    places.push_back(*place);
  }
  EXPECT_FALSE(ingress.admit(60, loss));
  EXPECT_EQ(loss, Loss::kIngressCredits);
  ingress.release(places[3]);
  const auto again = ingress.admit(60, loss);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->island, places[3].island);
  EXPECT_EQ(again->number, places[3].number);
}

TEST(Ingress, LargePacketsRunOutOfBuffersBeforeCredits) {
  Ingress ingress(cx(), 1);
  Loss loss{};
  int admitted = 0;
  while (ingress.admit(1514, loss)) ++admitted;
  EXPECT_EQ(admitted, 64);  // 128 KiB of 2 KiB buffers
  EXPECT_EQ(loss, Loss::kCtmBuffers);
}

TEST(Egress, QueuesUpToItsLimitAndSerialises) {
  Config config = cx();
  config.egress_queue_packets = 2;
  Egress egress(config);
  EXPECT_EQ(egress.send(0, 0, 60), 16800u);
  EXPECT_EQ(egress.send(0, 0, 60), 33600u);
  EXPECT_EQ(egress.send(0, 0, 60), std::nullopt);
  EXPECT_EQ(egress.send(1, 0, 60), 16800u);
  EXPECT_EQ(egress.send(0, 16800, 60), 50400u);
}

TEST(HostQueues, ReproducePcieBench) {
  Config config = cx();
  config.host_packet_ns = 0;
  config.host_queue_descriptors = 0;
  const HostQueues fresh(config);
  // Mean DMA read latency, HSW E5-2620v3, in ns; 5 % (hw measurement V17).
  for (const auto& [bytes, ns] :
       {std::pair{64, 552}, {128, 580}, {256, 631}, {1024, 854}, {2048, 1134}}) {
    EXPECT_NEAR(static_cast<double>(fresh.read_latency_ps(static_cast<uint64_t>(bytes))) / 1000, ns,
                ns * 0.05);
  }
  // DMA write rate, HSW E5-2637v3, in Gb/s; 10 % (V18), at the sizes where no transfer is split.
  for (const auto& [bytes, gbps] :
       {std::pair{64, 24.27}, {256, 50.55}, {512, 54.44}, {1024, 54.44}, {2048, 54.44}}) {
    HostQueues queues(config);
    constexpr int kWrites = 1000;
    const uint64_t first = *queues.deliver(0, 0, static_cast<uint64_t>(bytes));
    uint64_t last = 0;
    for (int i = 0; i < kWrites; ++i) last = *queues.deliver(0, 0, static_cast<uint64_t>(bytes));
    const double measured = kWrites * bytes * 8e3 / static_cast<double>(last - first);
    EXPECT_NEAR(measured, gbps, gbps * 0.1) << bytes;
  }
}

TEST(HostQueues, RunOutOfDescriptorsUntilTheHostRefills) {
  Config config = cx();
  config.host_queue_descriptors = 2;
  config.host_packet_ns = 1000;
  HostQueues queues(config);
  const auto first = queues.deliver(0, 0, 60);
  ASSERT_TRUE(first);
  EXPECT_EQ(*first, queues.write_latency_ps(60));
  EXPECT_TRUE(queues.deliver(0, 0, 60));
  EXPECT_FALSE(queues.deliver(0, 0, 60));
  EXPECT_TRUE(queues.deliver(1, 0, 60)) << "another queue";
  EXPECT_TRUE(queues.deliver(0, *first + 1'000'000, 60));
}

TEST(HostQueues, FlowHashIsTheSameForAFlowAndZeroForOthers) {
  std::vector<uint8_t> frame(60, 0);
  EXPECT_EQ(flow_hash(frame), 0u);
  frame[12] = 8;
  frame[14] = 0x45;
  frame[23] = 17;
  const uint32_t hash = flow_hash(frame);
  frame[50] = 1;  // payload
  EXPECT_EQ(flow_hash(frame), hash);
  frame[37] = 1;  // destination port
  EXPECT_NE(flow_hash(frame), hash);
  EXPECT_EQ(flow_hash(std::span(frame).first(13)), 0u);
}

TEST(Histogram, QuantilesAreWithinItsResolution) {
  Histogram histogram;
  for (uint64_t value = 1; value <= 1'000'000; ++value) histogram.add(value);
  for (const double fraction : {0.5, 0.99, 0.999}) {
    const double expected = fraction * 1e6;
    const auto found = static_cast<double>(histogram.quantile(fraction));
    EXPECT_GE(found, expected);
    EXPECT_LE(found, expected * (1 + 1.0 / 128));
  }
  EXPECT_EQ(histogram.max(), 1'000'000u);
  EXPECT_EQ(histogram.quantile(1), 1'000'000u);
}

TEST(Histogram, TakesTheLargestValueAndNone) {
  Histogram histogram;
  EXPECT_EQ(histogram.quantile(0.5), 0u);
  histogram.add(~uint64_t{0});
  EXPECT_EQ(histogram.quantile(0.5), ~uint64_t{0});
}

}  // namespace
}  // namespace nic
