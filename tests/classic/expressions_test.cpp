// Filter expressions on generated frames: libpcap, reference interpreter, kernel and microcode give the same answers.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "offload-compiler/ebpf/classic/expression.h"
#include "tests/classic/witnesses.h"

#ifndef CLASSIC_FRAME_STEP
#error "the build says how far the frames' sizes are apart"
#endif

namespace classic_test {
namespace {

struct Row {
  std::string expression;
  std::string refusal;  // words of the driver's, empty: the card takes it
};

std::vector<Row> rows() {
  constexpr std::string_view kArrow = " => ";
  std::ifstream in(MILLRACE_TEST_DATA "/classic/expressions.txt");
  std::vector<Row> rows;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    const size_t arrow = line.find(kArrow);
    const bool refused = arrow != std::string::npos;
    rows.push_back({line.substr(0, arrow), refused ? line.substr(arrow + kArrow.size()) : ""});
  }
  return rows;
}

TEST(Expressions, AreAsManyAsPromised) { EXPECT_GE(rows().size(), 60u); }

TEST(Expressions, EveryWitnessAnswersAsLibpcap) {
  Witnesses witnesses;
  if (witnesses.kernel().must_fail) FAIL() << witnesses.kernel().reason;
  const std::vector<Frame> frames = frames_of_all_sizes(1, CLASSIC_FRAME_STEP);
  for (const Row& row : rows()) {
    SCOPED_TRACE(row.expression);
    const auto filter = classic::compile_expression(row.expression);
    ASSERT_TRUE(filter) << filter.error().text();
    const Finding finding = witnesses.compare(*filter, frames);
    EXPECT_EQ(finding.difference, "");
    EXPECT_EQ(finding.refusal.empty(), row.refusal.empty()) << finding.refusal;
    EXPECT_THAT(finding.refusal, testing::HasSubstr(row.refusal));
    if (CLASSIC_FRAME_STEP != 1) continue;
    EXPECT_GT(finding.accepted, 0u);
    EXPECT_LT(finding.accepted, frames.size());
  }
  if (!witnesses.kernel().usable)
    GTEST_SKIP() << "without the kernel: " << witnesses.kernel().reason;
}

}  // namespace
}  // namespace classic_test
