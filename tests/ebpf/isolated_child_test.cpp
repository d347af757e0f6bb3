// Whatever a child does, the parent gets its bytes or one message, in time.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/isolated_child.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <stdexcept>

#include "base/sanitizer.h"
#include "tests/ebpf/harness.h"

namespace ebpf_test {
namespace {

using ebpf::ChildLimits;
using ebpf::run_isolated;

std::string failure(const std::function<Bytes()>& produce, const ChildLimits& limits = {}) {
  const auto result = run_isolated(produce, limits);
  EXPECT_FALSE(result);
  return result ? "" : result.error().text();
}

TEST(IsolatedChild, ReturnsTheBytes) {
  EXPECT_EQ(*run_isolated([] { return Bytes{1, 2, 3}; }), (Bytes{1, 2, 3}));
  EXPECT_EQ(*run_isolated([] { return Bytes(); }), Bytes());
  EXPECT_EQ(*run_isolated([] { return Bytes(5'000'000, 7); }), Bytes(5'000'000, 7));
}

TEST(IsolatedChild, CrashesAreReported) {
  EXPECT_EQ(failure([]() -> Bytes {
              raise(SIGSEGV);
              return {};
            }),
            "ended by SIGSEGV");
  EXPECT_EQ(failure([]() -> Bytes { abort(); }), "ended by SIGABRT");
  EXPECT_EQ(failure([]() -> Bytes { throw std::runtime_error("x"); }), "ended by SIGABRT");
  EXPECT_EQ(failure([]() -> Bytes { _exit(3); }), "ended with status 3");
}

TEST(IsolatedChild, HangsEndInTime) {
  ChildLimits limits;
  limits.wall = std::chrono::milliseconds(100);
  EXPECT_EQ(failure(
                []() -> Bytes {
                  for (;;) pause();
                },
                limits),
            "no result within 100 ms");
}

TEST(IsolatedChild, ResultsHaveALimit) {
  ChildLimits limits;
  limits.result_bytes = 1000;
  EXPECT_EQ(failure([] { return Bytes(100'000); }, limits), "a result above 1000 bytes");
}

TEST(IsolatedChild, MemoryHasALimit) {
  if (base::kAddressSanitizer)
    GTEST_SKIP() << "the sanitizer's shadow memory is beyond every limit";
  ChildLimits limits;
  limits.memory_bytes = 64 << 20;
  EXPECT_EQ(failure([] { return Bytes(size_t{1} << 30); }, limits), "ended by SIGABRT");
}

TEST(IsolatedChild, ChildPrintsNowhereAndHoldsNoFiles) {
  const int extra = open("/dev/null", O_RDONLY);
  const auto result = run_isolated([extra] {
    std::fputs("this must not appear\n", stderr);
    const bool holds = fcntl(extra == 3 ? 4 : extra, F_GETFD) >= 0;
    return Bytes{static_cast<uint8_t>(holds)};
  });
  close(extra);
  ASSERT_TRUE(result);
  EXPECT_EQ(*result, Bytes{0});
}

TEST(IsolatedChild, IgnoredChildSignalsDoNotHurt) {
  const auto before = signal(SIGCHLD, SIG_IGN);
  EXPECT_EQ(*run_isolated([] { return Bytes{9}; }), Bytes{9});
  signal(SIGCHLD, before);
}

}  // namespace
}  // namespace ebpf_test
