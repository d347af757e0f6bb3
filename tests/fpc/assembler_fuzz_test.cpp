// Mutated text and random words: nothing crashes, and what assembles or decodes keeps its meaning.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/rng.h"
#include "fpc/assembler.h"
#include "fpc/ecc.h"
#include "fpc/isa.h"
#include "tests/fpc/isa_random_insn.h"

namespace fpc {
namespace {

// One text per row, and the directives.
std::vector<std::string> seeds() {
  base::Rng rng(8);
  std::vector<std::string> texts = {".equ a (1 + 2) << 3 | 4", ".reg r *l$index1[2]", ".org 16",
                                    "x: y: nop", "immed[gprA_0, a * ~b & 0xff >> 1]"};
  for (const InsnSpec& row : kInsnSpecs) {
    for (int round = 0; round < 3; ++round)
      texts.push_back(disassemble(*encode(random_insn(row, rng))));
  }
  return texts;
}

std::string mutate(std::string text, const std::vector<std::string>& all, base::Rng& rng) {
  constexpr std::string_view kCharacters = "[](),.:;/+-*<>|&~$_@!=\n\t\r 019axglBn\x80\xff";
  for (uint64_t edits = 1 + rng.below(2); edits > 0 && !text.empty(); --edits) {
    const size_t at = rng.below(text.size());
    switch (rng.below(6)) {
      case 0:
        text[at] = kCharacters[rng.below(kCharacters.size())];
        break;
      case 1:
        text.insert(at, 1, kCharacters[rng.below(kCharacters.size())]);
        break;
      case 2:
        text.erase(at, 1 + rng.below(4));
        break;
      case 3:
        text.insert(at, text, rng.below(text.size()), rng.below(12));
        break;
      case 4: {
        const size_t digit = text.find_first_of("0123456789", at);
        if (digit != std::string::npos) text[digit] = static_cast<char>('0' + rng.below(10));
        break;
      }
      case 5: {
        const std::string& other = all[rng.below(all.size())];
        text.resize(at);
        text.append(other, rng.below(other.size()), std::string::npos);
        break;
      }
    }
  }
  return text;
}

TEST(AssemblerFuzz, MutatedTextAssemblesOrSaysWhyNot) {
  const std::vector<std::string> texts = seeds();
  base::Rng rng(9);
  unsigned assembled_texts = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = mutate(texts[rng.below(texts.size())], texts, rng);
    if (round % 4 == 0) {
      text += '\n';
      text += mutate(texts[rng.below(texts.size())], texts, rng);
    }
    const auto assembled = assemble(text);
    if (!assembled) {
      EXPECT_FALSE(assembled.error().message.empty()) << text;
      EXPECT_TRUE(assembled.error().where.starts_with("<text>:")) << text;
      continue;
    }
    ++assembled_texts;
    for (const Word word : assembled->words) {
      ASSERT_TRUE(decode(word)) << text;
      const auto again = assemble(disassemble(word));
      ASSERT_TRUE(again) << text << "\n" << again.error().text();
      EXPECT_EQ(again->words.at(0), word) << text;
      if (word == kNopWord) break;  // the gap of an .org is long
    }
  }
  EXPECT_GT(assembled_texts, 1000u);
}

TEST(AssemblerFuzz, RandomBytesAreRefused) {
  base::Rng rng(10);
  for (int round = 0; round < 5000; ++round) {
    std::string text(1 + rng.below(200), '\0');
    for (char& c : text) c = static_cast<char>(rng.next());
    const auto assembled = assemble(text);
    if (assembled) {
      EXPECT_TRUE(assembled->words.empty()) << text;
    }
  }
}

TEST(AssemblerFuzz, RandomWordsPrint) {
  base::Rng rng(11);
  for (int round = 0; round < 20'000; ++round) {
    const Word word = rng.next();
    const std::string text = disassemble(word);
    ASSERT_FALSE(text.empty());
    EXPECT_EQ(text.starts_with("<illegal"), !decode(word).has_value()) << text;
    ASSERT_LT(text.size(), 200u) << text;
  }
}

}  // namespace
}  // namespace fpc
