// A slice of the random programs, for every build.
// SPDX-License-Identifier: Apache-2.0
#include "tests/ebpf/harness.h"
#include "tests/ebpf/verifier_random.h"

namespace ebpf_test {
namespace {

TEST(VerifierRandomQuick, AcceptedProgramsRun) { expect_accepted_programs_run(1, 150); }

using VerifierRandomQuickKernel = KernelTest;

TEST_F(VerifierRandomQuickKernel, AcceptsNothingThatTheKernelRefuses) {
  expect_kernel_agrees(1, 25);
}

}  // namespace
}  // namespace ebpf_test
