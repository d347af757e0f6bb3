// Every word that the kernel's NFP JIT made survives decoding, text, assembling, encoding and ECC.
// SPDX-License-Identifier: Apache-2.0
#include "tests/fpc/isa_vectors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fpc/assembler.h"
#include "fpc/ecc.h"
#include "fpc/isa.h"

namespace fpc {
namespace {

// The relocation type that the JIT keeps in the top byte is no part of the word.
Word without_relocation(Word word) { return word & kInsnMask; }

void expect_round_trip(Word word, const std::string& where) {
  SCOPED_TRACE(where);
  const auto insn = decode(word);
  ASSERT_TRUE(insn) << insn.error().text();
  EXPECT_EQ(insn->reserved, 0u);
  EXPECT_EQ(spec(insn->op).semantics, Semantics::kKnown);

  const auto encoded = encode(*insn);
  ASSERT_TRUE(encoded) << encoded.error().text();
  EXPECT_EQ(*encoded, word);

  Insn built = *insn;  // as a code generator builds it: the operands alone decide the SW bit
  built.swap = false;
  const auto from_built = encode(built);
  ASSERT_TRUE(from_built) << from_built.error().text();
  EXPECT_EQ(*from_built, word);

  const auto assembled = assemble(disassemble(word));
  ASSERT_TRUE(assembled) << assembled.error().text();
  EXPECT_THAT(assembled->words, testing::ElementsAre(word));
}

TEST(IsaVectors, GoldenTextIsExact) {
  const auto words = golden_words();
  ASSERT_EQ(words.size(), 3582u);
  for (const GoldenWord& golden : words)
    EXPECT_EQ(disassemble(golden.img), golden.text) << golden.where;
}

TEST(IsaVectors, GoldenTextAssemblesToTheStoredWord) {
  for (const GoldenWord& golden : golden_words()) {
    const auto assembled = assemble(golden.text);
    ASSERT_TRUE(assembled) << golden.where << ": " << assembled.error().text();
    ASSERT_EQ(assembled->words.size(), 1u);
    EXPECT_EQ(with_ecc(assembled->words[0]), golden.img) << golden.where << ": " << golden.text;
  }
}

TEST(IsaVectors, GoldenWordsRoundTrip) {
  for (const GoldenWord& golden : golden_words()) {
    expect_round_trip(without_relocation(golden.raw), golden.where);
    expect_round_trip(golden.img & kInsnMask, golden.where);
  }
}

TEST(IsaVectors, GoldenEccIsRecomputed) {
  for (const GoldenWord& golden : golden_words()) {
    EXPECT_EQ(with_ecc(golden.img & kInsnMask), golden.img) << golden.where;
    EXPECT_EQ(correct_ecc(golden.img), golden.img & kInsnMask) << golden.where;
  }
}

TEST(IsaVectors, KernelWordsBeforeRelocationRoundTrip) {
  const auto words = jit_words(".nfp");
  ASSERT_EQ(words.size(), 2810u);
  for (const JitWord& jit : words) expect_round_trip(without_relocation(jit.word), jit.where);
}

TEST(IsaVectors, KernelImagesRoundTripWithEcc) {
  const auto words = jit_words(".rel");
  ASSERT_EQ(words.size(), 2810u);
  for (const JitWord& jit : words) {
    expect_round_trip(jit.word & kInsnMask, jit.where);
    EXPECT_EQ(with_ecc(jit.word & kInsnMask), jit.word) << jit.where;
  }
}

// A whole image as one text: addresses and words stay.
TEST(IsaVectors, KernelImageAssemblesAsOneText) {
  std::string text;
  std::vector<Word> words;
  for (const JitWord& jit : jit_words(".rel")) {
    text += disassemble(jit.word) + "\n";
    words.push_back(jit.word & kInsnMask);
  }
  const auto assembled = assemble(text);
  ASSERT_TRUE(assembled) << assembled.error().text();
  EXPECT_EQ(assembled->words, words);
}

}  // namespace
}  // namespace fpc
