// The random programs reach nearly all combinations that are defined.
// SPDX-License-Identifier: Apache-2.0
#include "tests/rtl/coverage.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "tests/rtl/stress.h"

namespace rtl::test {
namespace {

constexpr unsigned kPrograms = 12000;

TEST(Coverage, NearlyAllBinsAreHit) {
  Lockstep both(make_core());
  Coverage coverage;
  both.on_retire([&](const Retired& word) { coverage.add(word); });
  for (unsigned program = 0; program < kPrograms && !both.difference(); ++program) {
    std::mt19937_64 random(program);
    (void)run_both(both, stress_program(random), program, 150, 1'000);
  }
  ASSERT_FALSE(both.difference()) << both.difference()->text;
  const std::set<Bin> defined = defined_bins();
  std::vector<Bin> missing;
  std::ranges::set_difference(defined, coverage.hit(), std::back_inserter(missing));
  const double share =
      1.0 - static_cast<double>(missing.size()) / static_cast<double>(defined.size());
  fmt::print("{} of {} bins hit: {:.2f} %\n", defined.size() - missing.size(), defined.size(),
             100 * share);
  for (const Bin& bin : missing) fmt::print("  not hit: {}\n", to_string(bin));
  EXPECT_GE(share, 0.98);
}

}  // namespace
}  // namespace rtl::test
