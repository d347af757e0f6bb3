// A slice of the random programs for each tier; fuzz_programs goes on for as long as wanted.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/fuzz/agreement.h"

#ifndef FUZZ_CARD_PROGRAMS
#error "the build says how many programs are judged"
#endif

namespace fuzz {
namespace {

TEST(CardPrograms, AreTheSameToAllWitnesses) {
  expect_agreement({}, FUZZ_CARD_PROGRAMS, FUZZ_CARD_PROGRAMS * 9 / 10);
}

}  // namespace
}  // namespace fuzz
