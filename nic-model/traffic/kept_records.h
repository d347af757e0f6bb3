// The records of a capture that is replayed again and again, kept in memory while they are few.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace nic {

class KeptRecords {
 public:
  static constexpr size_t kMostBytes = size_t{32} << 20;

  struct Record {
    uint64_t time_ns = 0;
    uint32_t wire_bytes = 0;
    size_t at = 0, bytes = 0;  // in bytes_
  };

  // Forgets everything and keeps nothing more when the capture is too large.
  void add(uint64_t time_ns, uint32_t wire_bytes, std::span<const uint8_t> data) {
    if (is_over_) return;
    if (bytes_.size() + records_.size() * sizeof(Record) + data.size() > kMostBytes) {
      *this = {};
      is_over_ = true;
      return;
    }
    records_.push_back({time_ns, wire_bytes, bytes_.size(), data.size()});
    bytes_.insert(bytes_.end(), data.begin(), data.end());
  }

  bool has_all() const { return !is_over_; }
  size_t size() const { return records_.size(); }
  const Record& record(size_t index) const { return records_[index]; }
  std::span<const uint8_t> data(const Record& record) const {
    return std::span(bytes_).subspan(record.at, record.bytes);
  }

 private:
  std::vector<Record> records_;
  std::vector<uint8_t> bytes_;
  bool is_over_ = false;
};

}  // namespace nic
