// The ring of a perf event: records as perf_event_open(2) has them, behind a struct perf_event_mmap_page.
// SPDX-License-Identifier: Apache-2.0
//
//   offset 0     header page: data_head is ours, data_tail the reader's; both only grow
//   offset 4096  2^n pages of data; a record that meets their end goes on at their beginning
//
// The reader owns the same memory and may write anything into it: only data_tail is read, and trusted no further than the ring.
#pragma once

#include <linux/perf_event.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/shared_memory.h"

namespace interpose {

struct PerfRecord {
  std::span<const uint8_t> data;
  uint64_t time_ns = 0;
};

class PerfRing {
 public:
  static constexpr uint64_t kPageBytes = 4096;

  // What a record has beside PERF_SAMPLE_RAW; other bits of sample_type are refused when an event is opened.
  static constexpr uint64_t kSampleTypes = PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP |
                                           PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ADDR |
                                           PERF_SAMPLE_ID | PERF_SAMPLE_STREAM_ID |
                                           PERF_SAMPLE_CPU | PERF_SAMPLE_PERIOD | PERF_SAMPLE_RAW;

  // `memory`: 1 + 2^n pages, or 1, into which nothing fits. `overwrites`: a reader that cannot write has no tail.
  PerfRing(std::shared_ptr<base::SharedMemory> memory, const perf_event_attr& attr, uint64_t id,
           uint32_t cpu, bool overwrites);

  // False: no room. It is counted, and told to the reader in front of the next record that finds room.
  bool write(const PerfRecord& record);
  // Whether the reader is to be woken for what was written since the last call.
  bool take_wakeup();
  // The reader has seen everything.
  bool is_empty() const { return tail() == head_; }
  const base::SharedMemory& memory() const { return *memory_; }

 private:
  uint64_t tail() const;
  bool has_room(uint64_t bytes) const;
  void append_lost(std::vector<uint8_t>& out, uint64_t time_ns) const;
  void append_sample(std::vector<uint8_t>& out, const PerfRecord& record) const;
  void copy(std::span<const uint8_t> bytes);
  void note_wakeups();

  std::shared_ptr<base::SharedMemory> memory_;
  std::span<uint8_t> data_;
  perf_event_attr attr_;
  uint64_t id_;
  uint32_t cpu_;
  bool overwrites_;
  uint64_t head_ = 0;  // the header's may be changed by the reader
  uint64_t lost_ = 0;
  uint64_t watermark_ = 0, next_wakeup_ = 0;  // bytes
  uint32_t records_ = 0;                      // since the last wakeup
  bool wakes_ = false;
};

}  // namespace interpose
