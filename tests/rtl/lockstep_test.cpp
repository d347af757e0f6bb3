// The RTL beside the interpreter: random words, random programs, the kernel JIT's images.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "fpc/ecc.h"
#include "fpc/firmware/image.h"
#include "tests/fpc/case_file.h"
#include "tests/fpc/random_words.h"
#include "tests/rtl/stress.h"

namespace rtl::test {
namespace {

using fpc::Word;

// 10 million are what the long run of ctest asks for.
uint64_t wanted_words() {
  const char* wanted = std::getenv("MILLRACE_LOCKSTEP_WORDS");
  return wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 500'000;
}

#define EXPECT_ALIKE(both, what) \
  EXPECT_FALSE((both).difference()) << what << "\n" << (both).difference()->text

TEST(Lockstep, RandomWordsGiveTheSame) {
  constexpr unsigned kWords = 200;
  Lockstep both(make_core());
  std::mt19937_64 random(4711);
  uint64_t executed = 0;
  for (unsigned program = 0; program < 200 && !both.difference(); ++program) {
    std::vector<Word> words;
    for (unsigned i = 0; i < kWords; ++i)
      words.push_back(fpc::with_ecc(fpc::test::random_word(kWords, random)));
    executed += run_both(both, words, program, 200, 2'000);
    EXPECT_ALIKE(both, "program " << program);
  }
  EXPECT_GT(executed, 20'000u) << "programs fault before they do anything";
}

TEST(Lockstep, ProgramsThatKeepGoingGiveTheSame) {
  Lockstep both(make_core());
  uint64_t executed = 0;
  for (unsigned program = 0; executed < wanted_words() && !both.difference(); ++program) {
    std::mt19937_64 random(program);
    executed += run_both(both, mixed_program(random), program, 200, 3'000);
    EXPECT_ALIKE(both, "program " << program);
  }
}

TEST(Lockstep, SpoiledWordsGiveTheSame) {
  Lockstep both(make_core());
  uint64_t executed = 0;
  for (unsigned program = 0; executed < wanted_words() / 4 && !both.difference(); ++program) {
    std::mt19937_64 random(program);
    executed += run_both(both, spoiled_program(random), program, 100, 300);
    EXPECT_ALIKE(both, "program " << program);
  }
  EXPECT_GT(both.rtl().corrected_words(), 100u) << "no single-bit error was ever fetched";
}

TEST(Lockstep, CaseFilesGiveTheSame) {
  unsigned cases = 0;
  for (const auto& entry : std::filesystem::directory_iterator(MILLRACE_TEST_DATA "/cases")) {
    std::ifstream file(entry.path());
    const std::string text(std::istreambuf_iterator<char>(file), {});
    const base::Result<fpc::test::Case> test = fpc::test::parse_case(text, entry.path());
    ASSERT_TRUE(test) << test.error().text();
    Lockstep both(make_core());
    fpc::ByteStore memory;
    const fpc::test::Outcome outcome = fpc::test::execute(*test, both, memory);
    EXPECT_ALIKE(both, entry.path());
    EXPECT_EQ(outcome.fault, test->fault) << entry.path();
    ++cases;
  }
  EXPECT_GT(cases, 60u);
}

// What the kernel's JIT made of the vectors, from random registers: the images' own words and order.
TEST(Lockstep, ImagesOfTheKernelsJitGiveTheSame) {
  Lockstep both(make_core());
  unsigned images = 0;
  uint64_t executed = 0;
  for (const auto& entry : std::filesystem::directory_iterator(MILLRACE_TEST_DATA "/kernel-jit")) {
    if (entry.path().extension() != ".nfp") continue;
    std::ifstream file(entry.path());
    const std::string text(std::istreambuf_iterator<char>(file), {});
    const base::Result<std::vector<Word>> words = firmware::words_from_text(text, entry.path());
    ASSERT_TRUE(words) << words.error().text();
    std::vector<Word> placed;
    for (const Word word : *words) placed.push_back(fpc::with_ecc(word));
    for (unsigned seed = 0; seed < 20 && !both.difference(); ++seed)
      executed += run_both(both, placed, seed, 40, 2'000);
    EXPECT_ALIKE(both, entry.path());
    ++images;
  }
  EXPECT_GT(images, 30u);
  EXPECT_GT(executed, 20u * images);
}

}  // namespace
}  // namespace rtl::test
