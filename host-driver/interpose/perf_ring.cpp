// Layout of records, room, wrapping and wakeups as the kernel's ring buffer has them.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/perf_ring.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

#include "base/bits.h"

namespace interpose {
namespace {

void append(std::vector<uint8_t>& out, uint64_t value) {
  out.resize(out.size() + sizeof value);
  base::store_le(out.data() + out.size() - sizeof value, value);
}

void append_header(std::vector<uint8_t>& out, uint32_t type, uint16_t misc) {
  append(out, type | uint64_t{misc} << 32);
}

// The size stands in the header's last 16 bits.
void close_record(std::vector<uint8_t>& out, size_t start) {
  base::store_le(&out[start + offsetof(perf_event_header, size)],
                 static_cast<uint16_t>(out.size() - start));
}

uint64_t* word(std::span<uint8_t> page, size_t offset) {
  return reinterpret_cast<uint64_t*>(page.data() + offset);
}

}  // namespace

PerfRing::PerfRing(std::shared_ptr<base::SharedMemory> memory, const perf_event_attr& attr,
                   uint64_t id, uint32_t cpu, bool overwrites)
    : memory_(std::move(memory)),
      data_(memory_->bytes().subspan(kPageBytes)),
      attr_(attr),
      id_(id),
      cpu_(cpu),
      overwrites_(overwrites) {
  if (attr.watermark) watermark_ = std::min<uint64_t>(attr.wakeup_watermark, data_.size());
  if (watermark_ == 0) watermark_ = data_.size() / 2;
  perf_event_mmap_page header = {};
  header.cap_bit0_is_deprecated = 1;
  header.size = offsetof(perf_event_mmap_page, __reserved);
  header.data_offset = kPageBytes;
  header.data_size = data_.size();
  std::memcpy(memory_->bytes().data(), &header, sizeof header);
}

uint64_t PerfRing::tail() const {
  return __atomic_load_n(word(memory_->bytes(), offsetof(perf_event_mmap_page, data_tail)),
                         __ATOMIC_ACQUIRE);
}

// One byte stays free. A tail that makes no sense means some place within the ring.
bool PerfRing::has_room(uint64_t bytes) const {
  if (overwrites_ || data_.empty()) return bytes <= data_.size();
  return bytes <= ((tail() - head_ - 1) & (data_.size() - 1));
}

void PerfRing::append_lost(std::vector<uint8_t>& out, uint64_t time_ns) const {
  const size_t start = out.size();
  append_header(out, PERF_RECORD_LOST, 0);
  append(out, id_);
  append(out, lost_);
  if (attr_.sample_id_all) {
    const uint64_t types = attr_.sample_type;
    if ((types & PERF_SAMPLE_TID) != 0) append(out, 0);
    if ((types & PERF_SAMPLE_TIME) != 0) append(out, time_ns);
    if ((types & PERF_SAMPLE_ID) != 0) append(out, id_);
    if ((types & PERF_SAMPLE_STREAM_ID) != 0) append(out, id_);
    if ((types & PERF_SAMPLE_CPU) != 0) append(out, cpu_);
    if ((types & PERF_SAMPLE_IDENTIFIER) != 0) append(out, id_);
  }
  close_record(out, start);
}

void PerfRing::append_sample(std::vector<uint8_t>& out, const PerfRecord& record) const {
  const size_t start = out.size();
  append_header(out, PERF_RECORD_SAMPLE, PERF_RECORD_MISC_KERNEL);
  const struct {
    uint64_t type, value;
  } fields[] = {
      {PERF_SAMPLE_IDENTIFIER, id_},      {PERF_SAMPLE_IP, 0},     {PERF_SAMPLE_TID, 0},
      {PERF_SAMPLE_TIME, record.time_ns}, {PERF_SAMPLE_ADDR, 0},   {PERF_SAMPLE_ID, id_},
      {PERF_SAMPLE_STREAM_ID, id_},       {PERF_SAMPLE_CPU, cpu_}, {PERF_SAMPLE_PERIOD, 0}};
  for (const auto& field : fields)
    if ((attr_.sample_type & field.type) != 0) append(out, field.value);
  if ((attr_.sample_type & PERF_SAMPLE_RAW) != 0) {
    // The size counts the padding: what follows it ends at a multiple of 8.
    const uint64_t size = base::round_up(record.data.size() + 4, 8) - 4;
    const size_t at = out.size();
    out.resize(at + 4 + size);
    base::store_le(&out[at], static_cast<uint32_t>(size));
    std::ranges::copy(record.data, out.begin() + static_cast<ptrdiff_t>(at + 4));
  }
  close_record(out, start);
}

bool PerfRing::write(const PerfRecord& record) {
  std::vector<uint8_t> bytes;
  if (lost_ != 0) append_lost(bytes, record.time_ns);
  append_sample(bytes, record);
  if (!has_room(bytes.size())) {
    ++lost_;
    return false;
  }
  lost_ = 0;
  copy(bytes);
  note_wakeups();
  __atomic_store_n(word(memory_->bytes(), offsetof(perf_event_mmap_page, data_head)), head_,
                   __ATOMIC_RELEASE);
  return true;
}

void PerfRing::copy(std::span<const uint8_t> bytes) {
  const uint64_t at = head_ % data_.size();
  const size_t first = std::min<size_t>(bytes.size(), data_.size() - at);
  std::copy_n(bytes.begin(), first, data_.begin() + static_cast<ptrdiff_t>(at));
  std::copy(bytes.begin() + static_cast<ptrdiff_t>(first), bytes.end(), data_.begin());
  head_ += bytes.size();
}

// By bytes always, by records unless the event says that bytes alone count.
void PerfRing::note_wakeups() {
  if (head_ - next_wakeup_ > watermark_) {
    next_wakeup_ += watermark_;
    wakes_ = true;
  }
  if (!attr_.watermark && attr_.wakeup_events != 0 && ++records_ >= attr_.wakeup_events) {
    records_ -= attr_.wakeup_events;
    wakes_ = true;
  }
}

bool PerfRing::take_wakeup() { return std::exchange(wakes_, false); }

}  // namespace interpose
