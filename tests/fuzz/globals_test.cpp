// Random programs that use global data and store to map values: the running kernel, the reference interpreter and a core agree.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/fuzz/agreement.h"

namespace fuzz {
namespace {

TEST(GlobalData, IsTheSameToAllWitnesses) {
  JudgeOptions options;
  options.programs.global_data = true;
  expect_agreement(options, FUZZ_GLOBALS_PROGRAMS, FUZZ_GLOBALS_PROGRAMS * 8 / 10);
}

}  // namespace
}  // namespace fuzz
