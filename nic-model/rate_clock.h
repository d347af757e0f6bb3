// A clock that advances by units of 1/rate without losing fractions of a picosecond.
// SPDX-License-Identifier: Apache-2.0
//
//   RateClock wire(40'000'000'000);                       // bits
//   wire.wait_until(arrival_ps);                          // idle until then
//   const uint64_t last_bit_ps = wire.advance(frame_bits);
#pragma once

#include <cstdint>
#include <numeric>

#include "base/divisor.h"
#include "base/units.h"

namespace nic {

class RateClock {
 public:
  explicit RateClock(uint64_t per_second)  // 0: infinitely fast
      : ps_part_(per_second == 0 ? 0 : kPicoseconds / std::gcd(per_second, kPicoseconds)),
        rate_part_(per_second == 0 ? 1 : per_second / std::gcd(per_second, kPicoseconds)) {}

  uint64_t now_ps() const { return now_ps_; }

  void wait_until(uint64_t time_ps) {
    if (now_ps_ >= time_ps) return;
    now_ps_ = time_ps;
    remainder_ = 0;
  }

  uint64_t advance(uint64_t units) {
    uint64_t total = 0;
    if (__builtin_mul_overflow(units, ps_part_, &total) ||
        __builtin_add_overflow(total, remainder_, &total)) {
      return advance_far(units);
    }
    const uint64_t whole = rate_part_.quotient(total);
    now_ps_ += whole;
    remainder_ = total - whole * rate_part_.value();
    return now_ps_;
  }

 private:
  static constexpr uint64_t kPicoseconds = 1'000'000'000'000u;  // in a second

  uint64_t advance_far(uint64_t units) {
    const base::Wide total = static_cast<base::Wide>(units) * ps_part_ + remainder_;
    now_ps_ += static_cast<uint64_t>(total / rate_part_.value());
    remainder_ = static_cast<uint64_t>(total % rate_part_.value());
    return now_ps_;
  }

  uint64_t ps_part_;  // a unit takes ps_part_ / rate_part_ picoseconds
  base::Divisor rate_part_;
  uint64_t now_ps_ = 0;
  uint64_t remainder_ = 0;  // in 1 / rate_part_ of a picosecond
};

}  // namespace nic
