// Which EMEM lines are in the cache in front of the DRAM: tags only, 4 ways, least recently used leaves.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "base/divisor.h"

namespace nic {

class EmemCache {
 public:
  static constexpr unsigned kLineBytes = 64;
  static constexpr unsigned kWays = 4;

  explicit EmemCache(uint64_t bytes)
      : sets_(bytes / (kLineBytes * kWays)), set_count_(std::max<uint64_t>(sets_.size(), 1)) {
    for (Set& set : sets_) set.fill(kEmpty);
  }

  // Brings the lines of an access in; true: all were there.
  bool touch(uint64_t address, unsigned bytes) {
    bool hit = true;
    const uint64_t last = (address + std::max(bytes, 1u) - 1) / kLineBytes;
    for (uint64_t line = address / kLineBytes; line <= last; ++line) hit &= touch_line(line);
    return hit;
  }

 private:
  static constexpr uint32_t kEmpty = ~uint32_t{0};
  using Set = std::array<uint32_t, kWays>;  // line numbers, most recently used first

  bool touch_line(uint64_t line) {
    if (sets_.empty()) return false;
    Set& set = sets_[set_count_.remainder(line)];
    const auto tag = static_cast<uint32_t>(line);
    if (set.front() == tag) return true;
    const auto found = std::find(set.begin(), set.end(), tag);
    const bool hit = found != set.end();
    std::rotate(set.begin(), hit ? found : set.end() - 1, hit ? found + 1 : set.end());
    set.front() = tag;
    return hit;
  }

  std::vector<Set> sets_;
  base::Divisor set_count_;
};

}  // namespace nic
