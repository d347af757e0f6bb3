// Runs and makes programs.
// SPDX-License-Identifier: Apache-2.0
#include "tests/rtl/stress.h"

#include <iterator>

#include "fpc/code_store.h"
#include "fpc/ecc.h"
#include "tests/fpc/random_words.h"
#include "tests/rtl/driver.h"

namespace rtl::test {

using fpc::Word;

namespace {

constexpr unsigned kWords = 400;
constexpr unsigned kStoredBits = 52;
constexpr unsigned kMostRuns =
    2'000;  // of a directed program; contexts that wait are woken at random
constexpr uint32_t kBudget = 1'000;

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

uint64_t drive(Lockstep& both, Driver& driver, unsigned runs, uint32_t budget) {
  uint64_t executed = 0;
  for (unsigned i = 0; i < runs && !both.difference() && !driver.is_over(); ++i)
    executed += driver.step(budget);
  return executed;
}

void start(Lockstep& both, const fpc::CodeStore& code, uint64_t seed) {
  both.set_code(code);
  both.reset(0, 0b1111, seed, 7);
  std::mt19937_64 random(seed);
  fpc::test::randomize(both, code.size(), random);
}

std::vector<Word> stanzas(std::mt19937_64& random) {
  static const std::set<Bin> kBins = defined_bins();
  std::vector<Word> words;
  while (words.size() < kWords) {
    const auto bin = std::next(kBins.begin(), static_cast<long>(random() % kBins.size()));
    if (!is_fatal(*bin)) append_stanza(*bin, words, random);
  }
  fpc::Insn again;
  again.op = fpc::Op::kBr;
  words.push_back(fpc::with_ecc(*fpc::encode(again)));
  return words;
}

}  // namespace

uint64_t run_both(Lockstep& both, const std::vector<Word>& words, uint64_t seed, unsigned runs,
                  uint32_t budget) {
  const base::Result<fpc::CodeStore> code = fpc::CodeStore::create(words);
  start(both, *code, seed);
  Driver driver(both, seed);
  return drive(both, driver, runs, budget);
}

uint64_t run_both(Lockstep& both, const Program& program, uint64_t seed,
                  const std::function<void(const fpc::Fault&)>& on_fault) {
  const base::Result<fpc::CodeStore> code = fpc::CodeStore::create(program.words);
  start(both, *code, seed);
  for (unsigned slot = 0; slot < fpc::kSlots; ++slot) both.context(slot).pc = program.start[slot];
  Driver driver(both, seed);
  driver.on_fault(on_fault);
  return drive(both, driver, kMostRuns, kBudget);
}

uint64_t cover(Lockstep& both, Coverage& coverage, unsigned rounds) {
  both.on_retire([&](const Retired& word) { coverage.add(word); });
  uint64_t executed = 0;
  for (unsigned round = 0; round <= rounds && !both.difference(); ++round) {
    std::mt19937_64 random(round);
    walk(coverage.missing(), random, [&](const Program& program) {
      executed +=
          run_both(both, program, random(), [&](const fpc::Fault& fault) { coverage.add(fault); });
      return !both.difference();
    });
  }
  both.on_retire({});
  return executed;
}

std::vector<Word> mixed_program(std::mt19937_64& random) {
  return random() % 2 == 0 ? fpc::test::random_program(kWords, random) : stanzas(random);
}

std::vector<Word> spoiled_program(std::mt19937_64& random) {
  std::vector<Word> words = mixed_program(random);
  for (Word& word : words) {
    if (random() % 16 == 0) word = spoil(word, random);
  }
  return words;
}

}  // namespace rtl::test
