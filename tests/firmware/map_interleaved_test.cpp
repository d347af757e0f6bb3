// The map routines under random calls: small runs.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/firmware/map_checks.h"

namespace {

TEST(MapDifferential, AnswersAsAPlainMap) { map_checks::compare_with_model(1, 5'000); }

TEST(MapInterleaved, KeepsItsInvariantsWithContention) {
  map_checks::check_interleaved({.cores = 4, .seed = 1, .calls = 4'000, .limit = 3, .keys = 5});
}

TEST(MapInterleaved, KeepsItsInvariantsWithManyKeys) {
  map_checks::check_interleaved({.cores = 4, .seed = 2, .calls = 4'000, .limit = 60, .keys = 80});
}

TEST(MapInterleaved, ReusesEntriesAfterTheirGracePeriod) {
  map_checks::check_interleaved({.cores = 4,
                                 .seed = 3,
                                 .calls = 8'000,
                                 .limit = 4,
                                 .keys = 5,
                                 .spare = 1,
                                 .stall_actions = 10000});
}

TEST(MapInterleaved, LosesNoCount) { map_checks::count_together(4, 800); }

}  // namespace
