// Round trips over every row and over random words.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "fpc/assembler.h"
#include "fpc/ecc.h"
#include "fpc/row_lookup.h"
#include "tests/fpc/isa_random_insn.h"

namespace fpc {
namespace {

void expect_text_round_trip(Word word) {
  const std::string text = disassemble(word);
  const auto assembled = assemble(text);
  ASSERT_TRUE(assembled) << text << ": " << assembled.error().text();
  ASSERT_EQ(assembled->words.size(), 1u) << text;
  EXPECT_EQ(assembled->words[0], word) << text;
}

TEST(IsaRoundTrip, EveryRowWithRandomFields) {
  base::Rng rng(3);
  for (const InsnSpec& row : kInsnSpecs) {
    SCOPED_TRACE(std::string(row.name));
    for (int round = 0; round < 100; ++round) {
      const Insn insn = random_insn(row, rng);
      const auto word = encode(insn);
      ASSERT_TRUE(word) << word.error().text();
      EXPECT_EQ(*word & row.mask, row.match);
      auto back = decode(*word);
      ASSERT_TRUE(back) << back.error().text();
      EXPECT_EQ(encode(*back).value(), *word);
      back->swap = false;
      EXPECT_EQ(*back, insn) << disassemble(*word);
      expect_text_round_trip(*word);
    }
  }
}

// Decoding loses nothing of a word, however its bits fell.
TEST(IsaRoundTrip, RandomWordsEncodeToThemselvesOrAreIllegal) {
  base::Rng rng(4);
  unsigned decoded = 0;
  for (int round = 0; round < 300'000; ++round) {
    const Word word = rng.next() & kInsnMask;
    const auto insn = decode(word);
    if (!insn) continue;
    ++decoded;
    const auto encoded = encode(*insn);
    ASSERT_TRUE(encoded) << disassemble(word) << ": " << encoded.error().text();
    ASSERT_EQ(*encoded, word) << disassemble(word);
  }
  EXPECT_GT(decoded, 100'000u);
}

TEST(IsaRoundTrip, RandomBitsInEveryRow) {
  base::Rng rng(5);
  std::set<Op> seen;
  for (const InsnSpec& row : kInsnSpecs) {
    for (int round = 0; round < 300; ++round) {
      const Word word = (rng.next() & kInsnMask & ~row.mask) | row.match;
      const auto insn = decode(word);
      if (!insn) continue;
      seen.insert(insn->op);
      EXPECT_EQ(encode(*insn).value(), word);
      expect_text_round_trip(word);
    }
  }
  EXPECT_GT(seen.size(), kOpCount - 5u);
}

TEST(IsaRoundTrip, EveryCommandDecodes) {
  base::Rng rng(6);
  for (int round = 0; round < 50'000; ++round) {
    const Word word = rng.next() & kInsnMask & ~(Word{1} << 39);
    ASSERT_TRUE(decode(word)) << std::hex << word;
  }
}

TEST(IsaRoundTrip, LookUpAgreesWithASearchOfTheTable) {
  base::Rng rng(7);
  for (int round = 0; round < 20'000; ++round) {
    const Word word = rng.next() & kInsnMask;
    const InsnSpec* first = nullptr;
    for (const InsnSpec& row : kInsnSpecs) {
      if (first == nullptr && (word & row.mask) == row.match) first = &row;
    }
    ASSERT_EQ(find_row(word), first) << std::hex << word;
  }
}

}  // namespace
}  // namespace fpc
