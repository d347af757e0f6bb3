// Durations on the command line.
// SPDX-License-Identifier: Apache-2.0
#include "cli/quantity.h"

#include <gtest/gtest.h>

namespace cli {

TEST(Quantity, ReadsDurationsWithTheirUnit) {
  EXPECT_EQ(*parse_duration_ps("10ms"), 10'000'000'000u);
  EXPECT_EQ(*parse_duration_ps("1.5us"), 1'500'000u);
  EXPECT_EQ(*parse_duration_ps("2s"), 2'000'000'000'000u);
  EXPECT_EQ(*parse_duration_ps("800ns"), 800'000u);
}

TEST(Quantity, RefusesWhatIsNoDuration) {
  for (const char* text : {"", "10", "ms", "10 ms", "10m", "x10ms", "1e400s"}) {
    EXPECT_EQ(parse_duration_ps(text).error().code, base::ErrorCode::kInvalidInput) << text;
  }
  for (const char* text : {"0ms", "-1ms", "3601s", "nans"}) {
    EXPECT_EQ(parse_duration_ps(text).error().code, base::ErrorCode::kOutOfRange) << text;
  }
}

}  // namespace cli
