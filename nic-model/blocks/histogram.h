// A histogram of latencies with a relative resolution of 1/128 at any magnitude, in fixed memory.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace nic {

class Histogram {
 public:
  void add(uint64_t value) {
    ++counts_[index_of(value)];
    ++count_;
    max_ = std::max(max_, value);
  }

  uint64_t count() const { return count_; }
  uint64_t max() const { return max_; }

  // The value that a fraction of all values does not exceed: exact below 256, else at most 1/128 too large.
  uint64_t quantile(double fraction) const {
    const auto rank = static_cast<uint64_t>(fraction * static_cast<double>(count_));
    uint64_t seen = 0;
    for (unsigned index = 0; index < counts_.size(); ++index) {
      seen += counts_[index];
      if (seen > rank || (seen == count_ && seen != 0)) return std::min(upper_bound(index), max_);
    }
    return max_;
  }

 private:
  static constexpr unsigned kSubBits = 7;
  static constexpr unsigned kSubs = 1u << kSubBits;

  static unsigned index_of(uint64_t value) {
    if (value < 2 * kSubs) return static_cast<unsigned>(value);
    const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - kSubBits - 1;
    return shift * kSubs + static_cast<unsigned>(value >> shift);
  }

  static uint64_t upper_bound(unsigned index) {
    if (index < 2 * kSubs) return index;
    const unsigned shift = index / kSubs - 1;
    const uint64_t sub = index - shift * kSubs;
    return ((sub + 1) << shift) - 1;
  }

  std::vector<uint64_t> counts_ = std::vector<uint64_t>((64 - kSubBits) * kSubs + kSubs);
  uint64_t count_ = 0;
  uint64_t max_ = 0;
};

}  // namespace nic
