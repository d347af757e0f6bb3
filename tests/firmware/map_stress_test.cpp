// The map routines under random calls: long runs.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/firmware/map_checks.h"

namespace {

TEST(MapStress, AnswersAsAPlainMap) { map_checks::compare_with_model(2, 100'000); }

TEST(MapStress, KeepsItsInvariantsWithContention) {
  map_checks::check_interleaved(4, 3, 100'000, 3, 4);
}

TEST(MapStress, KeepsItsInvariantsWithManyKeys) {
  map_checks::check_interleaved(6, 4, 120'000, 300, 400);
}

TEST(MapStress, LosesNoCount) { map_checks::count_together(8, 40'000); }

}  // namespace
