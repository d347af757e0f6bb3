// Correct code has no excuse: random programs that do what the driver gets wrong run on a core as in the reference interpreter.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/fuzz/judge.h"

namespace {

TEST(FixedDefects, LeaveNothingToExcuse) {
  fuzz::JudgeOptions options;
  options.with_kernel = false;
  options.fix_defects = true;
  options.programs.reach_defects = true;
  auto judge = fuzz::Judge::create(options);
  ASSERT_TRUE(judge) << judge.error().text();
  unsigned agreed = 0;
  for (uint64_t seed = 1; seed <= FUZZ_FIXED_PROGRAMS; ++seed) {
    const fuzz::Judgement judgement = judge->judge(seed);
    ASSERT_NE(judgement.verdict, fuzz::Judgement::kDifferent)
        << "seed " << seed << ": " << judgement.text;
    ASSERT_NE(judgement.verdict, fuzz::Judgement::kWarned)
        << "seed " << seed << ": " << judgement.text;
    agreed += judgement.verdict == fuzz::Judgement::kAgree ? 1 : 0;
  }
  EXPECT_GT(agreed, FUZZ_FIXED_PROGRAMS * 9 / 10);
}

}  // namespace
