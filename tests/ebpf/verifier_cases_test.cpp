// Every handcrafted program is accepted, or refused with the first cause that its case names.
// SPDX-License-Identifier: Apache-2.0
#include "tests/ebpf/verifier_cases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "offload-compiler/ebpf/verifier.h"

namespace ebpf_test {
namespace {

TEST(VerifierCases, AreAnsweredAsTheySay) {
  const std::vector<VerifierCase> cases = read_verifier_cases();
  EXPECT_GE(cases.size(), 120u);
  for (const VerifierCase& c : cases) {
    SCOPED_TRACE(c.title);
    const auto verified = ebpf::verify(c.program);
    if (c.accept) {
      EXPECT_TRUE(verified) << verified.error().text();
      continue;
    }
    EXPECT_FALSE(verified) << "accepted, expected " << c.refusal;
    if (!verified) {
      EXPECT_THAT(verified.error().message, testing::HasSubstr(c.refusal));
    }
  }
}

}  // namespace
}  // namespace ebpf_test
