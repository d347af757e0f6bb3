// Every handcrafted program is accepted, or refused with the first cause that its case names.
// SPDX-License-Identifier: Apache-2.0
#include "tests/ebpf/verifier_cases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "offload-compiler/ebpf/verifier.h"
#include "offload-compiler/ebpf/verifier/log.h"
#include "tests/ebpf/asm.h"

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

// More branches than may wait to be explored.
ebpf::Program program_of_branches() {
  Code code{call(7)};
  for (int i = 0; i < 8500; ++i) code.push_back(jump_eq(0, i, 0));
  return xdp(std::move(code) + exit_insn());
}

// A refusal is the kernel's term, then what it means; each meaning is met.
TEST(VerifierCases, ShowEveryExplanation) {
  std::set<std::string_view> shown;
  std::vector<VerifierCase> cases = read_verifier_cases();
  cases.emplace_back().program = program_of_branches();
  for (const VerifierCase& c : cases) {
    const auto verified = ebpf::verify(c.program);
    if (verified) continue;
    const std::string& message = verified.error().message;
    const ebpf::Explanation* known = ebpf::explanation_of(message);
    ASSERT_NE(known, nullptr) << message;
    EXPECT_THAT(message, testing::HasSubstr(": " + std::string(known->meaning)));
    shown.insert(known->term);
  }
  for (const ebpf::Explanation& known : ebpf::explanations()) {
    EXPECT_TRUE(shown.contains(known.term)) << "no case is refused with \"" << known.term << '"';
  }
}

}  // namespace
}  // namespace ebpf_test
