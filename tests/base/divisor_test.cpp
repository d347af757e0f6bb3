// Quotients and remainders are those of the plain operators, at the ends of the multiplication's range and anywhere.
// SPDX-License-Identifier: Apache-2.0
#include "base/divisor.h"

#include <gtest/gtest.h>

#include "base/rng.h"

namespace base {
namespace {

void expect_same(uint64_t n, uint64_t d) {
  const Divisor divisor(d);
  EXPECT_EQ(divisor.quotient(n), n / d) << n << " / " << d;
  EXPECT_EQ(divisor.remainder(n), n % d) << n << " % " << d;
}

TEST(Divisor, AgreesWithDivisionWhereTheMultiplicationEnds) {
  constexpr uint64_t kLargest = ~uint64_t{0};
  for (const uint64_t d : {uint64_t{1}, uint64_t{2}, uint64_t{3}, uint64_t{633}, uint64_t{1250},
                           uint64_t{12288}, uint64_t{1} << 32, uint64_t{1} << 63, kLargest}) {
    for (const uint64_t near : {uint64_t{0}, d, kLargest / d, kLargest / d * d, kLargest}) {
      for (const uint64_t n : {near - 2, near - 1, near, near + 1, near + 2}) expect_same(n, d);
    }
  }
}

TEST(Divisor, AgreesWithDivisionAnywhere) {
  Rng rng(1);
  for (int i = 0; i < 200'000; ++i) {
    const uint64_t d = (rng.next() >> rng.below(64)) | 1;
    expect_same(rng.next() >> rng.below(64), d);
    expect_same(~uint64_t{0} / d / d * d - 1, d);
  }
}

}  // namespace
}  // namespace base
