// The option --verify kernel on the command line.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/command.h"
#include "tests/support/kernel_oracle.h"

namespace {

using test::example;
using test::millrace;
using test::scratch_folder;
using testing::HasSubstr;

TEST(VerifyKernel, SaysThatTheKernelAgrees) {
  const test_support::KernelAvailability kernel = test_support::kernel_availability();
  if (kernel.must_fail) FAIL() << kernel.reason;
  if (!kernel.usable) GTEST_SKIP() << kernel.reason;
  const test::Output output = millrace({"compile", example("firewall.bpf.o"), "-o",
                                        scratch_folder() + "/image.json", "--verify", "kernel"});
  EXPECT_EQ(output.exit_code, 0);
  EXPECT_THAT(output.err, HasSubstr("accepts the program, as we do"));
}

TEST(VerifyKernel, NeedsAProgram) {
  const std::string image = scratch_folder() + "/image.json";
  ASSERT_EQ(millrace({"compile", example("drop.bpf.o"), "-o", image}).exit_code, 0);
  const test::Output output = millrace({"run", image, "--verify", "kernel"});
  EXPECT_EQ(output.exit_code, 2);
  EXPECT_THAT(output.err, HasSubstr("is an image, needed is an eBPF program"));
}

TEST(VerifyKernel, KnowsNoOtherVerifier) {
  const test::Output output = millrace({"run", example("drop.bpf.o"), "--verify", "card"});
  EXPECT_EQ(output.exit_code, 2);
  EXPECT_THAT(output.err, HasSubstr("--verify"));
}

}  // namespace
