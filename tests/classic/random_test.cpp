// Random classic programs on random frames: libpcap, reference interpreter, kernel and microcode give the same answers.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "offload-compiler/ebpf/classic/check.h"
#include "offload-compiler/ebpf/classic/text.h"
#include "tests/classic/random_filter.h"
#include "tests/classic/witnesses.h"

#ifndef CLASSIC_RANDOM_PROGRAMS
#error "the build says how many programs are tried"
#endif

namespace classic_test {
namespace {

constexpr size_t kFrames = 8;

TEST(RandomFilters, EveryWitnessAnswersAsLibpcap) {
  Witnesses witnesses;
  if (witnesses.kernel().must_fail) FAIL() << witnesses.kernel().reason;
  size_t on_card = 0, accepting = 0;
  for (uint64_t seed = 0; seed < CLASSIC_RANDOM_PROGRAMS; ++seed) {
    const classic::Program filter = random_filter(seed);
    const auto checked = classic::check(filter);
    ASSERT_TRUE(checked) << checked.error().text();
    const Finding finding = witnesses.compare(filter, random_frames(seed, kFrames));
    ASSERT_EQ(finding.difference, "") << "seed " << seed << "\n"
                                      << write_text(filter, classic::Form::kListing);
    on_card += finding.refusal.empty();
    accepting += finding.accepted != 0;
  }
  // Programs that nobody accepts a frame with, or that no card takes, would prove little.
  EXPECT_GT(on_card, CLASSIC_RANDOM_PROGRAMS / 2);
  EXPECT_GT(accepting, CLASSIC_RANDOM_PROGRAMS / 3);
  RecordProperty("on_card", static_cast<int>(on_card));
  RecordProperty("accepting", static_cast<int>(accepting));
  if (!witnesses.kernel().usable)
    GTEST_SKIP() << "without the kernel: " << witnesses.kernel().reason;
}

}  // namespace
}  // namespace classic_test
