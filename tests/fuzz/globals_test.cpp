// Random programs that use global data and store to map values: the running kernel, the reference interpreter and a core agree.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/fuzz/judge.h"
#include "tests/support/kernel_oracle.h"

namespace fuzz {
namespace {

TEST(GlobalData, IsTheSameToAllWitnesses) {
  const test_support::KernelAvailability kernel = test_support::kernel_availability();
  if (kernel.must_fail) FAIL() << kernel.reason;
  JudgeOptions options;
  options.with_kernel = kernel.usable;
  options.programs.global_data = true;
  auto judge = Judge::create(options);
  ASSERT_TRUE(judge) << judge.error().text();
  uint64_t agreed = 0;
  for (uint64_t seed = 1; seed <= FUZZ_GLOBALS_PROGRAMS; ++seed) {
    const CardProgram subject = random_card_program(seed, options.programs);
    const Judgement judgement = judge->judge(subject, seed);
    ASSERT_TRUE(judgement.verdict != Judgement::kDifferent &&
                judgement.verdict != Judgement::kRefusedByOne)
        << "seed " << seed << ": " << judgement.text << "\n"
        << listing(judge->shrink(subject, seed).program);
    if (judgement.verdict == Judgement::kAgree) ++agreed;
  }
  EXPECT_GT(agreed, FUZZ_GLOBALS_PROGRAMS * 8 / 10);
  if (!kernel.usable) GTEST_SKIP() << "without the kernel: " << kernel.reason;
}

}  // namespace
}  // namespace fuzz
