// Every wrong decision that the model for tests can make is found by lockstep.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "tests/rtl/stress.h"

namespace rtl::test {
namespace {

constexpr unsigned kPrograms = 6000;

// Words until lockstep saw a difference; 0 when it saw none.
uint64_t words_to_find(unsigned number) {
  Lockstep both(make_core());
  both.rtl().inject(number);
  uint64_t executed = 0;
  for (unsigned program = 0; program < kPrograms; ++program) {
    std::mt19937_64 random(program);
    executed += run_both(both, stress_program(random), program, 100, 300);
    if (both.difference()) return executed + 1;
  }
  return 0;
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

TEST(Injection, EachIsFound) {
  const std::set<unsigned> all = numbers();
  EXPECT_GE(all.size(), 50u);
  for (const unsigned number : all) {
    const uint64_t words = words_to_find(number);
    EXPECT_NE(words, 0u) << "wrong decision " << number << " stays unseen";
    RecordProperty("fault " + std::to_string(number), std::to_string(words));
  }
}

}  // namespace
}  // namespace rtl::test
