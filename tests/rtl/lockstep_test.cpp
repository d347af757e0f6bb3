// The RTL beside the interpreter: random words, random programs, faults.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>

#include "fpc/code_store.h"
#include "fpc/ecc.h"
#include "rtl/lockstep.h"
#include "tests/fpc/random_words.h"
#include "tests/rtl/driver.h"

namespace rtl::test {
namespace {

using fpc::CodeStore;
using fpc::Word;

constexpr unsigned kWords = 200;

uint64_t wanted_words(uint64_t otherwise) {
  const char* wanted = std::getenv("MILLRACE_LOCKSTEP_WORDS");
  return wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : otherwise;
}

// Words that both have executed alike; a difference fails the test.
uint64_t run_both(Lockstep& both, const std::vector<Word>& words, uint64_t seed, unsigned runs,
                  uint32_t budget) {
  const base::Result<CodeStore> code = CodeStore::create(words);
  both.set_code(*code);
  both.reset(0, 0b1111, seed, 7);
  std::mt19937_64 random(seed);
  fpc::test::randomize(both, static_cast<unsigned>(words.size()), random);
  Driver driver(both, seed);
  uint64_t executed = 0;
  for (unsigned i = 0; i < runs && !both.difference(); ++i) executed += driver.step(budget);
  EXPECT_FALSE(both.difference()) << "seed " << seed << "\n" << both.difference()->text;
  return executed;
}

TEST(Lockstep, RandomWordsGiveTheSame) {
  Lockstep both(make_core());
  std::mt19937_64 random(4711);
  uint64_t executed = 0;
  for (unsigned program = 0; program < 200 && !both.difference(); ++program) {
    std::vector<Word> words;
    for (unsigned i = 0; i < kWords; ++i)
      words.push_back(fpc::with_ecc(fpc::test::random_word(kWords, random)));
    executed += run_both(both, words, program, 200, 2'000);
  }
  EXPECT_GT(executed, 20'000u) << "programs fault before they do anything";
}

TEST(Lockstep, ProgramsThatKeepGoingGiveTheSame) {
  Lockstep both(make_core());
  const uint64_t enough = wanted_words(500'000);
  uint64_t executed = 0;
  for (unsigned program = 0; executed < enough && !both.difference(); ++program) {
    std::mt19937_64 random(program);
    executed += run_both(both, fpc::test::random_program(400, random), program, 200, 3'000);
  }
}

}  // namespace
}  // namespace rtl::test
