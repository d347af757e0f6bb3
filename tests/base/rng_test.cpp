// The seeded generator.
// SPDX-License-Identifier: Apache-2.0
#include "base/rng.h"

#include <gtest/gtest.h>

#include <array>

namespace base {

TEST(Rng, GivesTheSameSequenceEverywhere) {
  Rng rng(0);
  EXPECT_EQ(rng.next(), 0xe220a8397b1dcdafu);  // first output of SplitMix64 for seed 0
  EXPECT_EQ(rng.next(), 0x6e789e6aa1b965f4u);
}

TEST(Rng, BelowFillsItsRangeEvenly) {
  Rng rng(1);
  std::array<int, 10> seen{};
  for (int i = 0; i < 100000; ++i) ++seen[rng.below(10)];
  for (const int count : seen) EXPECT_NEAR(count, 10000, 500);  // five standard deviations
}

TEST(Rng, UniformStaysInItsInterval) {
  Rng rng(2);
  double sum = 0;
  for (int i = 0; i < 100000; ++i) {
    const double u = rng.uniform();
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    sum += u;
  }
  EXPECT_NEAR(sum / 100000, 0.5, 0.005);
}

}  // namespace base
