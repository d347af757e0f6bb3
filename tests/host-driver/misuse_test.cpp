// Every command of bpf(2) used wrongly: the errno that we promise, and the one that the running kernel gives for the same call.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tests/host-driver/misuse_sides.h"
#include "tests/support/kernel_oracle.h"

namespace host_test {
namespace {

TEST(BpfMisuse, HasARowForEveryCommand) {
  const std::vector<int> commands = {
#define BPF_COMMAND(name, handler, last_field) name,
#include "host-driver/syscall/commands.def"
#undef BPF_COMMAND
  };
  for (const int command : commands) {
    EXPECT_NE(std::ranges::find(misuse_cases(), command, &MisuseCase::command),
              misuse_cases().end())
        << command;
  }
}

TEST(BpfMisuse, GivesThePromisedErrno) {
  Ours ours;
  unsigned calls = 0;
  for (const MisuseCase& row : misuse_cases()) {
    for (const WrongCall& call : wrong_calls(row, ours.subject)) {
      if (call.expected == 0) continue;
      EXPECT_EQ(name_of(make_call(ours.subject, call)), name_of(-call.expected)) << call.what;
      ++calls;
    }
  }
  EXPECT_GT(calls, 150u);
}

// Where the two have something else to tell of.
struct OtherAnswer {
  const char* call;
  const char* why;
};
constexpr OtherAnswer kOtherAnswers[] = {
    {"BTF_GET_NEXT_ID: short attribute of 0", "a kernel has BTF of its own"},
};
bool may_differ(const std::string& what) {
  return std::ranges::any_of(kOtherAnswers,
                             [&](const OtherAnswer& row) { return what == row.call; });
}

TEST(BpfMisuse, AgreesWithTheRunningKernel) {
  const test_support::KernelAvailability available = test_support::kernel_availability();
  if (!available.usable && !available.must_fail) GTEST_SKIP() << available.reason;
  Ours ours;
  Kernel kernel;
  ASSERT_TRUE(make_objects(&kernel.subject)) << available.reason;
  unsigned compared = 0;
  for (const MisuseCase& row : misuse_cases()) {
    const std::vector<WrongCall> own = wrong_calls(row, ours.subject);
    const std::vector<WrongCall> real = wrong_calls(row, kernel.subject);
    ASSERT_EQ(own.size(), real.size());
    for (size_t i = 0; i < own.size(); ++i) {
      if (may_differ(own[i].what)) continue;
      const long expected = make_call(kernel.subject, real[i]);
      EXPECT_EQ(name_of(make_call(ours.subject, own[i])), name_of(expected)) << own[i].what;
      if (expected > 0) close(static_cast<int>(expected));
      ++compared;
    }
  }
  EXPECT_GT(compared, 350u);
}

}  // namespace
}  // namespace host_test
