// Every wrong decision that the model for tests can make is found by lockstep.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "tests/rtl/stress.h"

namespace rtl::test {
namespace {

constexpr unsigned kWalks = 3;  // through all bins, each with other choices

// Words until lockstep saw a difference; 0 when it saw none.
uint64_t words_to_find(unsigned number) {
  static const std::set<Bin> kBins = defined_bins();
  Lockstep both(make_core());
  both.rtl().inject(number);
  uint64_t executed = 0;
  for (unsigned seed = 0; seed < kWalks && !both.difference(); ++seed) {
    std::mt19937_64 random(seed);
    walk(kBins, random, [&](const Program& program) {
      executed += run_both(both, program, random());
      return !both.difference();
    });
  }
  return both.difference() ? executed + 1 : 0;
}

std::set<unsigned> numbers() {
  std::set<unsigned> found;
  const std::regex use("`FPC_FAULT\\((\\d+),");
  for (const auto& entry : std::filesystem::directory_iterator(MILLRACE_SOURCE_DIR "/rtl")) {
    if (entry.path().extension() != ".sv") continue;
    std::ifstream file(entry.path());
    const std::string text(std::istreambuf_iterator<char>(file), {});
    for (std::sregex_iterator at(text.begin(), text.end(), use), end; at != end; ++at) {
      const bool is_new = found.insert(static_cast<unsigned>(std::stoul((*at)[1]))).second;
      EXPECT_TRUE(is_new) << (*at)[0] << " stands twice";
    }
  }
  return found;
}

TEST(Injection, NoneIsNone) { EXPECT_EQ(words_to_find(0), 0u); }

TEST(Injection, EachIsFoundByDirectedPrograms) {
  const std::set<unsigned> all = numbers();
  EXPECT_GE(all.size(), 50u);
  for (const unsigned number : all) {
    const uint64_t words = words_to_find(number);
    EXPECT_NE(words, 0u) << "wrong decision " << number << " stays unseen";
    fmt::print("{}: {} words\n", number, words);
  }
}

}  // namespace
}  // namespace rtl::test
