// bpf(2) on maps that packets use meanwhile, from one thread and from several; batches; events.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <atomic>
#include <cerrno>
#include <map>
#include <optional>
#include <set>
#include <thread>

#include "tests/host-driver/nfp/adapter_lab.h"

namespace {

using namespace ebpf_test;
using harness::AdapterLab;
using harness::counting;
using harness::empty_attr;
using testing::ElementsAre;

// Packets of the generator, as long as the object lives.
class Traffic {
 public:
  Traffic(AdapterLab& lab, uint64_t packets) : lab_(lab) {
    auto config = nic::load_config("agilio-cx-2x40");
    auto opened = nic::open_generator("size=64,flows=16,rate=5Mpps", 1, nic::line_rate(*config));
    EXPECT_TRUE(opened);
    source_.emplace(std::move(*opened));
    nic::Limits limits;
    limits.packets = packets;
    lab.adapter->with_card(
        [&](nic::LiveCard& card) { EXPECT_TRUE(card.attach(*source_, limits)); });
  }
  ~Traffic() {
    lab_.adapter->with_card([](nic::LiveCard& card) { card.detach(); });
  }
  uint64_t done() {
    uint64_t packets = 0;
    lab_.adapter->with_card([&](nic::LiveCard& card) {
      const nic::VerdictCounts counts = card.verdict_counts();
      packets = counts.pass.packets + counts.drop.packets + counts.tx.packets;
    });
    return packets;
  }

 private:
  AdapterLab& lab_;
  std::optional<nic::PacketSource> source_;
};

TEST(BpfUnderTraffic, SeesEveryPacketThatWasCounted) {
  AdapterLab lab;
  const int counts = lab.map(BPF_MAP_TYPE_ARRAY, 2);
  ASSERT_EQ(lab.attach(lab.load(counting(counts))), 0) << lab.log;
  Traffic traffic(lab, 5000);
  uint64_t last = 0;
  while (traffic.done() < 5000) {
    const uint64_t before = traffic.done(), count = lab.get(counts, 0);
    ASSERT_GE(count, last);
    ASSERT_GE(count, before);
    last = count;
    if (last == 0)
      lab.adapter->with_card(
          [](nic::LiveCard& card) { card.run_until(card.now_ps() + 1'000'000); });
  }
  EXPECT_EQ(lab.get(counts, 0), 5000u);
}

// Each thread has keys of its own in one map; what it wrote last it must read, and nobody's entry may get lost.
TEST(BpfUnderTraffic, ThreadsKeepTheirEntriesApart) {
  constexpr uint32_t kThreads = 4, kRounds = 200;
  AdapterLab lab;
  const int counts = lab.map(BPF_MAP_TYPE_ARRAY, 2);
  const int shared = lab.map(BPF_MAP_TYPE_HASH, kThreads * 4);
  ASSERT_EQ(lab.attach(lab.load(counting(counts))), 0) << lab.log;
  Traffic traffic(lab, 20'000);
  std::atomic<unsigned> wrong = 0;
  const host::ObjectRef object = lab.process->object(shared);
  std::vector<std::thread> threads;
  for (uint32_t number = 0; number < kThreads; ++number) {
    threads.emplace_back([&, number] {
      host::LocalProcess process(
          lab.system.bpf, lab.pins,
          host::Credentials{.may_admin = true, .uid = 0, .net = AdapterLab::kHome});
      const int fd = process.add({object});
      for (uint32_t round = 1; round <= kRounds; ++round) {
        const uint32_t key = number * 4 + round % 4;
        uint64_t value = round, read = 0;
        bpf_attr attr = empty_attr();
        attr.map_fd = static_cast<uint32_t>(fd);
        attr.key = harness::address_of(&key);
        attr.value = harness::address_of(&value);
        wrong += process.bpf(BPF_MAP_UPDATE_ELEM, &attr) != 0;
        attr.value = harness::address_of(&read);
        wrong += process.bpf(BPF_MAP_LOOKUP_ELEM, &attr) != 0 || read != round;
        if (round % 8 != 0) continue;
        attr.value = 0;
        wrong += process.bpf(BPF_MAP_DELETE_ELEM, &attr) != 0;
        wrong += process.bpf(BPF_MAP_DELETE_ELEM, &attr) != -ENOENT;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0u);
  for (uint32_t number = 0; number < kThreads; ++number)
    for (uint32_t i = 1; i < 4; ++i) EXPECT_EQ(lab.get(shared, number * 4 + i), kRounds - 4 + i);
}

class BpfBatch : public testing::Test {
 protected:
  long call(int command, int map, std::vector<uint32_t>& keys, std::vector<uint64_t>& values,
            uint32_t* count, const uint32_t* from, uint32_t* to) {
    bpf_attr attr = empty_attr();
    attr.batch.map_fd = static_cast<uint32_t>(map);
    attr.batch.keys = harness::address_of(keys.data());
    attr.batch.values = harness::address_of(values.data());
    attr.batch.count = *count;
    attr.batch.in_batch = harness::address_of(from);
    attr.batch.out_batch = harness::address_of(to);
    const long error = lab_.process->bpf(command, &attr);
    *count = attr.batch.count;
    return error;
  }
  uint64_t messages() { return std::stoull(lab_.knob("messages_sent")); }

  AdapterLab lab_;
};

TEST_F(BpfBatch, MovesManyEntriesWithFewMessages) {
  constexpr uint32_t kEntries = 500, kAtOnce = 128;
  const int map = lab_.map(BPF_MAP_TYPE_HASH, kEntries);
  std::vector<uint32_t> keys(kEntries);
  std::vector<uint64_t> values(kEntries);
  for (uint32_t i = 0; i < kEntries; ++i) keys[i] = i, values[i] = 3 * i;
  uint32_t count = kEntries;
  const uint64_t updating = messages();
  ASSERT_EQ(call(BPF_MAP_UPDATE_BATCH, map, keys, values, &count, nullptr, nullptr), 0);
  EXPECT_EQ(count, kEntries);
  const uint64_t before = messages();
  EXPECT_LT(before - updating, kEntries / 5);
  std::map<uint32_t, uint64_t> found;
  uint32_t place = 0;
  long error = 0;
  for (bool is_first = true; error == 0; is_first = false) {
    count = kAtOnce;
    error =
        call(BPF_MAP_LOOKUP_BATCH, map, keys, values, &count, is_first ? nullptr : &place, &place);
    for (uint32_t i = 0; i < count; ++i) EXPECT_TRUE(found.emplace(keys[i], values[i]).second);
  }
  EXPECT_EQ(error, -ENOENT);
  ASSERT_EQ(found.size(), kEntries);
  for (const auto& [key, value] : found) EXPECT_EQ(value, 3 * key);
  EXPECT_LT(messages() - before, kEntries / 5);
  for (uint32_t i = 0; i < kEntries; ++i) keys[i] = i;
  const uint64_t deleting = messages();
  count = kEntries;
  EXPECT_EQ(call(BPF_MAP_DELETE_BATCH, map, keys, values, &count, nullptr, nullptr), 0);
  EXPECT_EQ(count, kEntries);
  EXPECT_LT(messages() - deleting, kEntries / 5);
}

TEST_F(BpfBatch, CountsTheEntriesBeforeAnError) {
  const int map = lab_.map(BPF_MAP_TYPE_HASH, 64), array = lab_.map(BPF_MAP_TYPE_ARRAY, 40);
  std::vector<uint32_t> keys(64);
  std::vector<uint64_t> values(64);
  for (uint32_t i = 0; i < 64; ++i) keys[i] = i;
  uint32_t count = 64;
  EXPECT_EQ(call(BPF_MAP_UPDATE_BATCH, array, keys, values, &count, nullptr, nullptr), -E2BIG);
  EXPECT_EQ(count, 40u);
  for (uint32_t i = 0; i < 64; ++i) ASSERT_EQ(lab_.put(map, i, i), 0);
  count = 64;
  ASSERT_EQ(lab_.element(BPF_MAP_DELETE_ELEM, map, 30, nullptr), 0);
  EXPECT_EQ(call(BPF_MAP_DELETE_BATCH, map, keys, values, &count, nullptr, nullptr), -ENOENT);
  EXPECT_EQ(count, 30u);
}

// Messages behind the one that is refused may have had the last free entries.
TEST_F(BpfBatch, FillsAMapToItsLastEntry) {
  const int map = lab_.map(BPF_MAP_TYPE_HASH, 40);
  std::vector<uint32_t> keys(4096);
  std::vector<uint64_t> values(4096);
  for (uint32_t i = 0; i < 64; ++i) keys[i] = i;
  uint32_t done = 64;
  EXPECT_EQ(call(BPF_MAP_UPDATE_BATCH, map, keys, values, &done, nullptr, nullptr), -E2BIG);
  EXPECT_LE(done, 40u);
  uint32_t count = 0xffff'ffff, place = 0;
  EXPECT_EQ(call(BPF_MAP_LOOKUP_BATCH, map, keys, values, &count, nullptr, &place), -ENOENT);
  EXPECT_EQ(count, 40u);
  std::set<uint32_t> found(keys.begin(), keys.begin() + count);
  for (uint32_t key = 0; key < done; ++key) EXPECT_TRUE(found.contains(key)) << key;
}

TEST(BpfEvents, ReachTheFilesOfTheirMap) {
  AdapterLab lab;
  std::vector<std::vector<uint8_t>> records;
  lab.process->caller().perf_event = [&](int fd) {
    auto file = std::make_shared<host::PerfEventFile>();
    file->write = [&](std::span<const uint8_t> record) {
      records.emplace_back(record.begin(), record.end());
      return true;
    };
    return fd == 77 ? file : nullptr;
  };
  const int map = lab.map(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 256, 4, false);
  ASSERT_GE(map, 0);
  for (uint32_t index = 0; index < 256; ++index) {
    uint32_t file = 77;
    ASSERT_EQ(lab.element(BPF_MAP_UPDATE_ELEM, map, index, &file), 0);
  }
  const Code sender = Code{} + mov(2, 7) + store64(10, -8, 2) +
                      load_map(2, static_cast<uint32_t>(map)) + wide(3, 0xffff'ffff) +
                      mov_reg(4, 10) + add(4, -8) + mov(5, 8) + call(BPF_FUNC_perf_event_output) +
                      mov(0, XDP_DROP) + exit_insn();
  const int fd = lab.load(sender);
  ASSERT_GE(fd, 0) << lab.log;
  ASSERT_EQ(lab.attach(fd), 0) << lab.extack;
  lab.send(3);
  EXPECT_EQ(lab.knob("events_delivered"), "3");
  ASSERT_EQ(records.size(), 3u);
  EXPECT_THAT(records[0], ElementsAre(7, 0, 0, 0, 0, 0, 0, 0));
  lab.process->close(map);
  lab.send(1);
  EXPECT_EQ(lab.knob("events_delivered"), "4");
  EXPECT_EQ(records.size(), 4u) << "the program holds the map";
  lab.attach(-1);
  lab.process->close(fd);
  EXPECT_EQ(lab.system.objects.count(host::ObjectKind::kMap), 0u);
}

TEST(NfpAdapter, ShowsWhatATestLeftOfADroppedPacket) {
  using namespace ebpf_test;
  AdapterLab lab;
  const Code writes_and_drops = Code{} + load32(2, 1, 0) + load32(3, 1, 4) + mov_reg(4, 2) +
                                add(4, 1) + jump_gt(4, 3, 2) + mov(5, 0x55) + op(0x73, 2, 5, 0, 0) +
                                mov(0, XDP_DROP) + exit_insn();
  for (const size_t bytes : {64u, 200u, 3000u}) {
    std::vector<uint8_t> packet(bytes, 7);
    const AdapterLab::Tested tested = lab.test_run(lab.load(writes_and_drops), packet);
    EXPECT_EQ(tested.error, 0) << lab.log;
    EXPECT_EQ(tested.verdict, static_cast<uint32_t>(XDP_DROP));
    packet[0] = 0x55;
    EXPECT_EQ(tested.packet, packet) << bytes;
    EXPECT_EQ(lab.test_run(lab.load(harness::returning(XDP_ABORTED)), packet).packet, packet)
        << bytes;
  }
}

}  // namespace
