// Division by a number that stays the same for long, as a multiplication.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cassert>
#include <cstdint>

#include "base/units.h"

namespace base {

// reciprocal = 2^64 / divisor, rounded up, is too large by less than divisor / divisor = 1; the product with n is then too
// large by less than n, which cannot reach the next quotient while n * divisor < 2^64. Larger numbers are divided.
class Divisor {
 public:
  explicit constexpr Divisor(uint64_t divisor)
      : divisor_(divisor), reciprocal_(~uint64_t{0} / divisor + 1), limit_(~uint64_t{0} / divisor) {
    assert(divisor != 0 && "division by zero");
    if (divisor == 1) limit_ = 0;
  }

  constexpr uint64_t value() const { return divisor_; }
  constexpr uint64_t quotient(uint64_t n) const {
    if (n < limit_) return static_cast<uint64_t>((static_cast<Wide>(n) * reciprocal_) >> 64);
    return divisor_ == 1 ? n : n / divisor_;
  }
  constexpr uint64_t remainder(uint64_t n) const { return n - quotient(n) * divisor_; }

 private:
  uint64_t divisor_;
  uint64_t reciprocal_;  // of 1: 2^64, which has no room; limit_ keeps it unused
  uint64_t limit_;
};

}  // namespace base
