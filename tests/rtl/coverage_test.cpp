// Directed programs reach all combinations that are defined, and both models agree on each.
// SPDX-License-Identifier: Apache-2.0
#include "tests/rtl/coverage.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "tests/rtl/stress.h"

namespace rtl::test {
namespace {

constexpr unsigned kRounds = 200;
constexpr unsigned kIllegalWalks = 1200;
constexpr double kBar = 0.98;

TEST(Coverage, DirectedProgramsHitNearlyAllBins) {
  Lockstep both(make_core());
  Coverage coverage;
  const uint64_t words = cover(both, coverage, kRounds);
  ASSERT_FALSE(both.difference()) << both.difference()->text;
  const size_t defined = defined_bins().size();
  const std::set<Bin> missing = coverage.missing();
  const double share = 1.0 - static_cast<double>(missing.size()) / static_cast<double>(defined);
  fmt::print("{} of {} bins hit with {} words: {:.2f} %\n", defined - missing.size(), defined,
             words, 100 * share);
  for (const Bin& bin : missing) fmt::print("  not hit: {}\n", to_string(bin));
  EXPECT_GE(share, kBar);
}

// Words that are none: a row stands in several of the decoder's lists, and noise takes many forms.
void run_illegal_words(Lockstep& both) {
  std::set<Bin> bins;
  for (const Bin& bin : defined_bins()) {
    const bool is_illegal = bin.group == Group::kFault &&
                            bin.detail / 4 == static_cast<unsigned>(fpc::FaultKind::kIllegalWord);
    if (is_illegal || bin.group == Group::kBroken) bins.insert(bin);
  }
  for (unsigned seed = 0; seed < kIllegalWalks; ++seed) {
    std::mt19937_64 random(seed);
    walk(bins, random, [&](const Program& program) {
      (void)run_both(both, program, random());
      return !both.difference();
    });
  }
}

// What line_coverage.py asks for.
TEST(Lines, AreCounted) {
  const char* file = std::getenv("MILLRACE_RTL_LINES");
  Lockstep both(make_core());
  Coverage coverage;
  (void)cover(both, coverage, kRounds);
  run_illegal_words(both);
  ASSERT_FALSE(both.difference()) << both.difference()->text;
  const std::string path = file != nullptr ? file : MILLRACE_BINARY_DIR "/rtl_lines.dat";
  EXPECT_TRUE(both.rtl().write_coverage(path)) << path;
}

}  // namespace
}  // namespace rtl::test
