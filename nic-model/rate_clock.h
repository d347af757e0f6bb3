// A clock that advances by units of 1/rate without losing fractions of a picosecond.
// SPDX-License-Identifier: Apache-2.0
//
//   RateClock wire(40'000'000'000);                       // bits
//   wire.wait_until(arrival_ps);                          // idle until then
//   const uint64_t last_bit_ps = wire.advance(frame_bits);
#pragma once

#include <cstdint>

#include "base/units.h"

namespace nic {

class RateClock {
 public:
  explicit RateClock(uint64_t per_second) : per_second_(per_second) {}  // 0: infinitely fast

  uint64_t now_ps() const { return now_ps_; }

  void wait_until(uint64_t time_ps) {
    if (now_ps_ >= time_ps) return;
    now_ps_ = time_ps;
    remainder_ = 0;
  }

  uint64_t advance(uint64_t units) {
    if (per_second_ == 0) return now_ps_;
    const base::Wide total = static_cast<base::Wide>(units) * kPicoseconds + remainder_;
    now_ps_ += static_cast<uint64_t>(total / per_second_);
    remainder_ = static_cast<uint64_t>(total % per_second_);
    return now_ps_;
  }

 private:
  static constexpr uint64_t kPicoseconds = 1'000'000'000'000u;  // in a second

  uint64_t per_second_;
  uint64_t now_ps_ = 0;
  uint64_t remainder_ = 0;  // in 1 / per_second_ of a picosecond
};

}  // namespace nic
