// A slice of the random programs for each tier; fuzz_programs goes on for as long as wanted.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/fuzz/judge.h"
#include "tests/support/kernel_oracle.h"

#ifndef FUZZ_CARD_PROGRAMS
#error "the build says how many programs are judged"
#endif

namespace fuzz {
namespace {

TEST(CardPrograms, AreTheSameToAllWitnesses) {
  const test_support::KernelAvailability kernel = test_support::kernel_availability();
  if (kernel.must_fail) FAIL() << kernel.reason;
  JudgeOptions options;
  options.with_kernel = kernel.usable;
  auto judge = Judge::create(options);
  ASSERT_TRUE(judge) << judge.error().text();
  uint64_t agreed = 0;
  for (uint64_t seed = 1; seed <= FUZZ_CARD_PROGRAMS; ++seed) {
    const CardProgram subject = random_card_program(seed);
    const Judgement judgement = judge->judge(subject, seed);
    ASSERT_NE(judgement.verdict, Judgement::kDifferent)
        << "seed " << seed << ": " << judgement.text << "\n"
        << listing(judge->shrink(subject, seed).program);
    ASSERT_NE(judgement.verdict, Judgement::kRefusedByOne)
        << "seed " << seed << ": " << judgement.text << "\n"
        << listing(subject.program);
    if (judgement.verdict == Judgement::kAgree) ++agreed;
  }
  EXPECT_GT(agreed, FUZZ_CARD_PROGRAMS * 9 / 10);
  if (!kernel.usable) GTEST_SKIP() << "without the kernel: " << kernel.reason;
}

}  // namespace
}  // namespace fuzz
