// The map routines under random calls: small runs.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/firmware/map_checks.h"

namespace {

TEST(MapDifferential, AnswersAsAPlainMap) { map_checks::compare_with_model(1, 5'000); }

TEST(MapInterleaved, KeepsItsInvariantsWithContention) {
  map_checks::check_interleaved(4, 1, 4'000, 3, 5);
}

TEST(MapInterleaved, KeepsItsInvariantsWithManyKeys) {
  map_checks::check_interleaved(4, 2, 4'000, 60, 80);
}

TEST(MapInterleaved, LosesNoCount) { map_checks::count_together(4, 800); }

}  // namespace
