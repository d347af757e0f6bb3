// The card's clocks give what exact arithmetic in 128 bits gives, however far a run goes.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/rng.h"
#include "base/units.h"
#include "nic-model/cycle_clock.h"
#include "nic-model/rate_clock.h"

namespace nic {
namespace {

constexpr base::Wide kPicoseconds = 1'000'000'000'000u;

TEST(CycleClock, RoundsAsExactArithmeticDoes) {
  base::Rng rng(1);
  for (const uint64_t hz :
       {uint64_t{1}, uint64_t{500'000'000}, uint64_t{633'000'000}, uint64_t{800'000'000},
        uint64_t{999'999'937}, uint64_t{1'200'000'000}}) {
    const CycleClock clock(hz);
    for (int i = 0; i < 100'000; ++i) {
      const uint64_t time_ps = rng.next() >> (1 + rng.below(63));
      EXPECT_EQ(clock.cycles_of(time_ps), base::to_cycles({time_ps}, {hz}).count) << time_ps;
      const uint64_t cycles = time_ps / 1'000'000 * hz / 1'000'000;
      EXPECT_EQ(clock.time_of(cycles), base::to_picoseconds({cycles}, {hz}).count) << cycles;
    }
  }
}

TEST(RateClock, LosesNoFraction) {
  base::Rng rng(1);
  for (const uint64_t rate : {uint64_t{1}, uint64_t{7}, uint64_t{54'400'000}, uint64_t{318'000'007},
                              uint64_t{40'000'000'000}, uint64_t{999'999'999'989}}) {
    RateClock clock(rate);
    base::Wide units = 0;
    for (int i = 0; i < 10'000; ++i) {
      const uint64_t more = rng.below(rate < 100 ? 2 : 100'000);
      units += more;
      ASSERT_EQ(clock.advance(more), static_cast<uint64_t>(units * kPicoseconds / rate)) << rate;
    }
  }
}

TEST(RateClock, TakesUnitsThatDoNotFit64BitsOfPicoseconds) {
  RateClock clock(999'999'999'989);
  constexpr uint64_t kUnits = uint64_t{1} << 50;
  EXPECT_EQ(clock.advance(kUnits), static_cast<uint64_t>(kUnits * kPicoseconds / 999'999'999'989u));
}

TEST(RateClock, OfRateZeroIsInfinitelyFast) {
  RateClock clock(0);
  clock.wait_until(17);
  EXPECT_EQ(clock.advance(1'000'000), 17u);
}

}  // namespace
}  // namespace nic
