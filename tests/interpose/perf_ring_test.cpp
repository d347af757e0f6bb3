// Records in the ring of a perf event, byte for byte those of the running kernel.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/perf_ring.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>

#include "base/bits.h"
#include "base/rng.h"

namespace interpose {
namespace {

constexpr size_t kPage = PerfRing::kPageBytes;

perf_event_attr raw_attr() {
  perf_event_attr attr = {};
  attr.sample_type = PERF_SAMPLE_RAW;
  attr.wakeup_events = 1;
  return attr;
}

// A ring and its reader.
struct Reader {
  explicit Reader(const perf_event_attr& attr, size_t pages = 1, bool overwrites = false)
      : memory(base::SharedMemory::create("perf_event", (1 + pages) * kPage)),
        ring(memory, attr, 5, 1, overwrites) {}

  perf_event_mmap_page& header() {
    return *reinterpret_cast<perf_event_mmap_page*>(memory->bytes().data());
  }
  bool write(size_t bytes, uint8_t fill = 0xab) {
    const std::vector<uint8_t> data(bytes, fill);
    return ring.write({data, 77});
  }
  // Bytes of the data pages from data_tail on, which moves.
  std::vector<uint8_t> take(size_t bytes) {
    const std::span<uint8_t> data = memory->bytes().subspan(kPage);
    std::vector<uint8_t> out;
    for (size_t i = 0; i < bytes; ++i) out.push_back(data[(header().data_tail + i) % data.size()]);
    header().data_tail += bytes;
    return out;
  }
  uint64_t unread() { return header().data_head - header().data_tail; }

  std::shared_ptr<base::SharedMemory> memory;
  PerfRing ring;
};

TEST(PerfRing, DescribesItselfInTheHeader) {
  Reader reader(raw_attr(), 4);
  EXPECT_EQ(reader.header().version, 0u);
  EXPECT_EQ(reader.header().size, 96u);
  EXPECT_EQ(reader.header().data_offset, kPage);
  EXPECT_EQ(reader.header().data_size, 4 * kPage);
  EXPECT_EQ(reader.header().data_head, 0u);
}

TEST(PerfRing, WritesASampleWithItsPaddedSize) {
  Reader reader(raw_attr());
  ASSERT_TRUE(reader.write(6, 3));
  EXPECT_EQ(reader.take(reader.unread()),
            (std::vector<uint8_t>{9, 0, 0, 0, 1, 0, 24, 0, 12, 0, 0, 0,
                                  3, 3, 3, 3, 3, 3, 0,  0, 0,  0, 0, 0}));
}

TEST(PerfRing, WritesTheOtherFieldsInTheKernelsOrder) {
  perf_event_attr attr = raw_attr();
  attr.sample_type = PerfRing::kSampleTypes & ~uint64_t{PERF_SAMPLE_RAW};
  Reader reader(attr);
  ASSERT_TRUE(reader.write(6));
  const std::vector<uint8_t> bytes = reader.take(reader.unread());
  // Identifier, ip, tid, time, addr, id, stream id, cpu, period.
  std::vector<uint64_t> fields;
  for (size_t at = 8; at < bytes.size(); at += 8)
    fields.push_back(base::load_le<uint64_t>(&bytes[at]));
  EXPECT_EQ(fields, (std::vector<uint64_t>{5, 0, 0, 77, 0, 5, 5, 1, 0}));
}

TEST(PerfRing, TellsWhatWasLostInFrontOfTheNextRecord) {
  Reader reader(raw_attr());
  unsigned written = 0;
  while (reader.write(4)) ++written;
  EXPECT_EQ(written, kPage / 16 - 1) << "one byte stays free";
  EXPECT_FALSE(reader.write(4));
  reader.take(16);
  EXPECT_FALSE(reader.write(4)) << "no room for both records";
  reader.take(32);
  ASSERT_TRUE(reader.write(4, 1));
  reader.take(static_cast<size_t>(written - 3) * 16);
  EXPECT_EQ(reader.take(24), (std::vector<uint8_t>{2, 0, 0, 0, 0, 0, 24, 0, 5, 0, 0, 0,
                                                   0, 0, 0, 0, 3, 0, 0,  0, 0, 0, 0, 0}));
  EXPECT_EQ(reader.take(16),
            (std::vector<uint8_t>{9, 0, 0, 0, 1, 0, 16, 0, 4, 0, 0, 0, 1, 1, 1, 1}));
  EXPECT_TRUE(reader.ring.is_empty());
  ASSERT_TRUE(reader.write(4));
  EXPECT_EQ(reader.unread(), 16u) << "told once";
}

TEST(PerfRing, WrapsInTheMiddleOfARecord) {
  Reader reader(raw_attr());
  for (unsigned i = 0; i < 1000; ++i) {
    ASSERT_TRUE(reader.write(100 + i % 7, static_cast<uint8_t>(i)));
    const std::vector<uint8_t> bytes = reader.take(reader.unread());
    const auto size = base::load_le<uint32_t>(&bytes[8]);
    ASSERT_EQ(bytes.size(), size + 12);
    for (size_t at = 12; at < 12 + 100 + i % 7; ++at) ASSERT_EQ(bytes[at], static_cast<uint8_t>(i));
  }
}

TEST(PerfRing, WakesByRecordsOrByBytes) {
  perf_event_attr attr = raw_attr();
  attr.wakeup_events = 3;
  Reader by_records(attr);
  std::vector<bool> woken;
  for (unsigned i = 0; i < 6; ++i) {
    by_records.write(4);
    woken.push_back(by_records.ring.take_wakeup());
  }
  EXPECT_EQ(woken, (std::vector<bool>{false, false, true, false, false, true}));
  attr.watermark = 1;
  attr.wakeup_watermark = 40;
  Reader by_bytes(attr);
  woken.clear();
  for (unsigned i = 0; i < 6; ++i) {
    by_bytes.write(4);
    woken.push_back(by_bytes.ring.take_wakeup());
  }
  EXPECT_EQ(woken, (std::vector<bool>{false, false, true, false, false, true}));
}

TEST(PerfRing, TrustsNothingThatTheReaderWrites) {
  Reader reader(raw_attr());
  ASSERT_TRUE(reader.write(4));
  reader.header().data_tail = 17;
  EXPECT_FALSE(reader.write(4)) << "one byte in front of the head";
  base::Rng random(1);
  uint64_t written = 0;
  for (unsigned i = 0; i < 10'000; ++i) {
    reader.header().data_tail = random.next();
    reader.header().data_head = random.next();
    reader.header().data_size = random.next();
    written += reader.write(random.next() % 5000) ? 1 : 0;
  }
  EXPECT_GT(written, 0u);
  while (!reader.write(4)) reader.header().data_tail = random.next();
  reader.header().data_tail = reader.header().data_head;
  ASSERT_TRUE(reader.write(4, 1));
  EXPECT_EQ(reader.take(reader.unread()),
            (std::vector<uint8_t>{9, 0, 0, 0, 1, 0, 16, 0, 4, 0, 0, 0, 1, 1, 1, 1}));
}

TEST(PerfRing, OverwritesForAReaderThatCannotWrite) {
  Reader reader(raw_attr(), 1, true);
  for (unsigned i = 0; i < 1000; ++i) ASSERT_TRUE(reader.write(4));
  EXPECT_EQ(reader.header().data_head, 16'000u);
}

TEST(PerfRing, HasNoRoomWithoutDataPages) {
  Reader reader(raw_attr(), 0);
  EXPECT_FALSE(reader.write(4));
  EXPECT_EQ(reader.header().data_head, 0u);
}

}  // namespace
}  // namespace interpose
