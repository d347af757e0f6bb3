// Random programs that the running kernel, the reference interpreter and a core must agree about.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdint>

#include "tests/fuzz/judge.h"
#include "tests/support/kernel_oracle.h"

namespace fuzz {

// Programs of the seeds from 1 on, of which more than `least_agreed` must be judged equal and none different. `options.with_kernel`
// is what the host grants; the test is skipped at its end when that is nothing.
inline void expect_agreement(JudgeOptions options, uint64_t programs, uint64_t least_agreed) {
  const test_support::KernelAvailability kernel = test_support::kernel_availability();
  if (kernel.must_fail) FAIL() << kernel.reason;
  options.with_kernel = kernel.usable;
  auto judge = Judge::create(options);
  ASSERT_TRUE(judge) << judge.error().text();
  uint64_t agreed = 0;
  for (uint64_t seed = 1; seed <= programs; ++seed) {
    const CardProgram subject = random_card_program(seed, options.programs);
    const Judgement judgement = judge->judge(subject, seed);
    ASSERT_NE(judgement.verdict, Judgement::kDifferent)
        << "seed " << seed << ": " << judgement.text << "\n"
        << listing(judge->shrink(subject, seed).program);
    ASSERT_NE(judgement.verdict, Judgement::kRefusedByOne)
        << "seed " << seed << ": " << judgement.text << "\n"
        << listing(subject.program);
    if (judgement.verdict == Judgement::kAgree) ++agreed;
  }
  EXPECT_GT(agreed, least_agreed);
  if (!kernel.usable) GTEST_SKIP() << "without the kernel: " << kernel.reason;
}

}  // namespace fuzz
