// Makes and runs hostile programs.
// SPDX-License-Identifier: Apache-2.0
#include "tests/rtl/stress.h"

#include "fpc/code_store.h"
#include "fpc/ecc.h"
#include "tests/fpc/random_words.h"
#include "tests/rtl/driver.h"

namespace rtl::test {

using fpc::Word;

namespace {

constexpr unsigned kWords = 200;
constexpr unsigned kStoredBits = 52;

Word spoil(Word word, std::mt19937_64& random) {
  const auto flip = [&random] { return Word{1} << (random() % kStoredBits); };
  switch (random() % 16) {
    case 0:
      return word ^ flip() ^ flip();
    case 1:
      return word | Word{1} << (kStoredBits + random() % 12);
    case 2:
      return random();
    case 3:
      return fpc::with_ecc(random() & fpc::kInsnMask);
    case 4:
    case 5:
    case 6:
    case 7:
      return fpc::with_ecc(fpc::test::random_word(kWords, random));
    default:
      return word ^ flip();
  }
}

}  // namespace

std::vector<Word> stress_program(std::mt19937_64& random) {
  std::vector<Word> words = fpc::test::random_program(kWords, random);
  for (Word& word : words) {
    if (random() % 16 == 0) word = spoil(word, random);
  }
  return words;
}

uint64_t run_both(Lockstep& both, const std::vector<Word>& words, uint64_t seed, unsigned runs,
                  uint32_t budget) {
  const base::Result<fpc::CodeStore> code = fpc::CodeStore::create(words);
  both.set_code(*code);
  both.reset(0, 0b1111, seed, 7);
  std::mt19937_64 random(seed);
  fpc::test::randomize(both, static_cast<unsigned>(words.size()), random);
  Driver driver(both, seed);
  uint64_t executed = 0;
  for (unsigned i = 0; i < runs && !both.difference(); ++i) executed += driver.step(budget);
  return executed;
}

}  // namespace rtl::test
