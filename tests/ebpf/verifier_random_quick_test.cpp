// A slice of the random programs, for every build.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "offload-compiler/ebpf/verifier.h"
#include "tests/ebpf/harness.h"
#include "tests/ebpf/verifier_generator.h"
#include "tests/ebpf/verifier_random.h"

namespace ebpf_test {
namespace {

TEST(VerifierRandomQuick, AcceptedProgramsRun) { expect_accepted_programs_run(1, 150); }

// Marks of reads were once lost where memory of a state that was dropped served another one, and two thirds of these visits.
TEST(VerifierRandomQuick, ReadsAreMarkedInLoops) {
  GeneratorOptions options;
  options.statements = 12;
  options.mistake_percent = 1;
  ebpf::VerifierOptions as_on_the_host;
  as_on_the_host.offloaded = false;
  const auto verified = ebpf::verify(random_program(458, options), as_on_the_host);
  ASSERT_TRUE(verified) << verified.error().text();
  EXPECT_EQ(verified->visits, 1434u);
}

using VerifierRandomQuickKernel = KernelTest;

TEST_F(VerifierRandomQuickKernel, AcceptsNothingThatTheKernelRefuses) {
  expect_kernel_agrees(1, 25);
}

}  // namespace
}  // namespace ebpf_test
