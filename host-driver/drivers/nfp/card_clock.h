// Simulated time of a card that follows the wall clock.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

#include "nic-model/live_card.h"

namespace host::nfp {

class CardClock {
 public:
  explicit CardClock(const nic::LiveCard& card)
      : start_(std::chrono::steady_clock::now()), start_ps_(card.now_ps()) {}

  // Lets the card live up to now, as far as it is behind.
  void catch_up(nic::LiveCard& card) const {
    const uint64_t wall_ps = wall();
    if (wall_ps > card.now_ps()) card.run_until(wall_ps);
  }
  // Behind the wall clock; negative: ahead of it.
  int64_t lag_ps(const nic::LiveCard& card) const {
    return static_cast<int64_t>(wall()) - static_cast<int64_t>(card.now_ps());
  }

 private:
  uint64_t wall() const {
    constexpr uint64_t kPsInNs = 1000;
    const auto passed = std::chrono::steady_clock::now() - start_;
    const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(passed).count();
    return start_ps_ + static_cast<uint64_t>(ns) * kPsInNs;
  }

  std::chrono::steady_clock::time_point start_;
  uint64_t start_ps_;
};

}  // namespace host::nfp
