// The map routines under random calls: long runs.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/firmware/map_checks.h"

namespace {

TEST(MapStress, AnswersAsAPlainMap) { map_checks::compare_with_model(2, 100'000); }

TEST(MapStress, KeepsItsInvariantsWithContention) {
  map_checks::check_interleaved({.cores = 4, .seed = 3, .calls = 100'000, .limit = 3, .keys = 4});
}

TEST(MapStress, KeepsItsInvariantsWithManyKeys) {
  map_checks::check_interleaved(
      {.cores = 6, .seed = 4, .calls = 120'000, .limit = 300, .keys = 400});
}

TEST(MapStress, ReusesEntriesAfterTheirGracePeriod) {
  map_checks::check_interleaved({.cores = 5,
                                 .seed = 5,
                                 .calls = 100'000,
                                 .limit = 6,
                                 .keys = 8,
                                 .spare = 1,
                                 .stall_actions = 10000});
}

TEST(MapStress, LosesNoCount) { map_checks::count_together(8, 40'000); }

}  // namespace
