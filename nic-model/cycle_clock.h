// Cycles of the card's clock as picoseconds and back, rounded as base/units.h does it, without 128-bit divisions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <numeric>

#include "base/divisor.h"
#include "base/units.h"

namespace nic {

class CycleClock {
 public:
  explicit CycleClock(uint64_t hz)
      : hz_(hz), hz_part_(hz / common(hz)), ps_part_(kPicoseconds / common(hz)) {}

  uint64_t cycles_of(uint64_t time_ps) const {
    uint64_t scaled = 0;
    if (__builtin_mul_overflow(time_ps, hz_part_.value(), &scaled) ||
        __builtin_add_overflow(scaled, ps_part_.value() - 1, &scaled)) {
      return base::to_cycles({time_ps}, {hz_}).count;
    }
    return ps_part_.quotient(scaled);
  }

  uint64_t time_of(uint64_t cycles) const {
    uint64_t scaled = 0;
    if (__builtin_mul_overflow(cycles, ps_part_.value(), &scaled) ||
        __builtin_add_overflow(scaled, hz_part_.value() / 2, &scaled)) {
      return base::to_picoseconds({cycles}, {hz_}).count;
    }
    return hz_part_.quotient(scaled);
  }

 private:
  static constexpr uint64_t kPicoseconds = 1'000'000'000'000u;  // in a second
  static uint64_t common(uint64_t hz) { return std::gcd(hz, kPicoseconds); }

  uint64_t hz_;
  base::Divisor hz_part_,
      ps_part_;  // clock and picoseconds of a second without their common divisor
};

}  // namespace nic
