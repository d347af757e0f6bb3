// Thousands of random programs, and every handcrafted one, against execution and the running kernel.
// SPDX-License-Identifier: Apache-2.0
#include "tests/ebpf/verifier_random.h"

#include "offload-compiler/ebpf/verifier.h"
#include "tests/ebpf/harness.h"
#include "tests/ebpf/verifier_cases.h"
#include "tests/ebpf/verifier_kernel.h"

namespace ebpf_test {
namespace {

TEST(VerifierRandom, AcceptedProgramsRun) { expect_accepted_programs_run(1'000'000, 20'000); }

using VerifierRandomKernel = KernelTest;

TEST_F(VerifierRandomKernel, AcceptsNothingThatTheKernelRefuses) {
  expect_kernel_agrees(1000, 3000);
}

using VerifierCasesKernel = KernelTest;

TEST_F(VerifierCasesKernel, AreAnsweredTheSameByTheRunningKernel) {
  const std::vector<VerifierCase> cases = read_verifier_cases();
  ASSERT_FALSE(cases.empty());
  const auto kernel = KernelVerifier::create(cases.front().program.maps);
  ASSERT_TRUE(kernel) << kernel.error().text();
  for (const VerifierCase& c : cases) {
    if (!c.program.functions.empty()) continue;  // the kernel is given no BTF
    SCOPED_TRACE(c.title);
    EXPECT_EQ(kernel->accepts(c.program), c.accept == c.kernel_differs.empty())
        << kernel->refusal(c.program) << "\n"
        << c.kernel_differs;
  }
}

}  // namespace
}  // namespace ebpf_test
