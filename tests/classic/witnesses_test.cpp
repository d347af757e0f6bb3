// A witness that cannot be asked is a difference, not one witness less.
// SPDX-License-Identifier: Apache-2.0
#include "tests/classic/witnesses.h"

#include <gtest/gtest.h>
#include <linux/filter.h>

namespace classic_test {
namespace {

const classic::Program kAcceptAll = {{BPF_RET | BPF_K, 0, 0, 1}};
const std::vector<Frame> kFrames = {Frame(60)};

TEST(Witnesses, SayThatTheKernelCannotBeAsked) {
  Witnesses witnesses({true, false, {}}, base::io_error("out of descriptors"));
  EXPECT_EQ(witnesses.compare(kAcceptAll, kFrames).difference, "kernel: out of descriptors");
}

TEST(Witnesses, LeaveOutAKernelThatIsNotUsable) {
  Witnesses witnesses({false, false, "none"}, base::io_error("out of descriptors"));
  EXPECT_EQ(witnesses.compare(kAcceptAll, kFrames).difference, "");
}

}  // namespace
}  // namespace classic_test
