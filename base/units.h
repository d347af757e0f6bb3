// Numbers that wear their unit: core cycles, picoseconds, hertz.
// SPDX-License-Identifier: Apache-2.0
//
// Strong types stand at interfaces; inside a hot loop a raw integer with a unit suffix (now_cycles)
// is fine.
#pragma once

#include <compare>
#include <cstdint>

namespace base {

template <typename Tag>
struct Quantity {
  uint64_t count = 0;

  constexpr auto operator<=>(const Quantity&) const = default;
  constexpr Quantity& operator+=(Quantity other) { return count += other.count, *this; }
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return {a.count + b.count}; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return {a.count - b.count}; }
};

using Cycles = Quantity<struct CyclesTag>;            // of the core clock
using Picoseconds = Quantity<struct PicosecondsTag>;  // of simulated time
using Bytes = Quantity<struct BytesTag>;
using Hertz = Quantity<struct HertzTag>;

constexpr double kPicosecondsPerSecond = 1e12;

__extension__ using Wide = unsigned __int128;

// Rounds to the nearest picosecond. Exact while cycles * 1e12 fits 128 bits, that is always.
constexpr Picoseconds to_picoseconds(Cycles cycles, Hertz clock) {
  const auto scaled = static_cast<Wide>(cycles.count) * 1'000'000'000'000u;
  return {static_cast<uint64_t>((scaled + clock.count / 2) / clock.count)};
}

// Rounds up: an event at time t is seen by the first clock edge at or after t.
constexpr Cycles to_cycles(Picoseconds time, Hertz clock) {
  const auto scaled = static_cast<Wide>(time.count) * clock.count;
  return {static_cast<uint64_t>((scaled + 999'999'999'999u) / 1'000'000'000'000u)};
}

}  // namespace base
