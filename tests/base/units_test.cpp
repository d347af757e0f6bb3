// Conversion between cycles and time.
// SPDX-License-Identifier: Apache-2.0
#include "base/units.h"

#include <gtest/gtest.h>

namespace base {

TEST(Units, CyclesBecomeTimeExactlyAt800MHz) {
  EXPECT_EQ(to_picoseconds(Cycles{1}, Hertz{800'000'000}), Picoseconds{1250});
  EXPECT_EQ(to_picoseconds(Cycles{800'000'000}, Hertz{800'000'000}),
            Picoseconds{1'000'000'000'000});
}

TEST(Units, TimeRoundsUpToTheNextEdge) {
  EXPECT_EQ(to_cycles(Picoseconds{1250}, Hertz{800'000'000}), Cycles{1});
  EXPECT_EQ(to_cycles(Picoseconds{1251}, Hertz{800'000'000}), Cycles{2});
  EXPECT_EQ(to_cycles(Picoseconds{0}, Hertz{800'000'000}), Cycles{0});
}

TEST(Units, ADayOfSimulatedTimeDoesNotOverflow) {
  constexpr uint64_t kDayPs = uint64_t{86'400} * 1'000'000'000'000;
  EXPECT_EQ(to_cycles(Picoseconds{kDayPs}, Hertz{1'200'000'000}).count,
            uint64_t{86'400} * 1'200'000'000);
}

}  // namespace base
