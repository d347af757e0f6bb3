// Microcode sources assemble in every combination; stores are placed, or refused with every size.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/firmware/link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "fpc/ecc.h"
#include "fpc/firmware/microcode.h"
#include "fpc/isa.h"
#include "tests/firmware/vectors.h"

namespace {

using firmware::Image;
using firmware::Layout;
using testing::HasSubstr;

constexpr fpc::Word kNop = 0xf0000c0300;
constexpr fpc::Word kBranchToHelper = 0x070001dea6008038;  // br[.15000], helper 0
constexpr fpc::Word kTargetStep = fpc::Word{1} << 22;

Image image_calling(std::vector<unsigned> helpers, size_t words = 26) {
  Image image;
  for (const unsigned helper : helpers)
    image.words.push_back(kBranchToHelper + helper * kTargetStep);
  image.words.resize(words, kNop);
  return image;
}

std::string refusal(const Image& image, const Layout& layout = {}) {
  const auto store = firmware::link(image, layout);
  return store ? "accepted" : store.error().text();
}

TEST(Microcode, AssemblesWithEveryCombinationOfRoutines) {
  constexpr unsigned kHelpers[] = {1, 2, 3, 25};
  for (unsigned combination = 0; combination < 16; ++combination) {
    std::vector<unsigned> helpers;
    for (unsigned bit = 0; bit < 4; ++bit) {
      if (combination >> bit & 1) helpers.push_back(kHelpers[bit]);
    }
    for (const unsigned origin : {0u, 0x1000u}) {
      const auto microcode = firmware::assemble_microcode(helpers, origin, firmware::kProgramStart);
      ASSERT_TRUE(microcode) << microcode.error().text();
      EXPECT_EQ(microcode->labels.at("packet_done"), origin + firmware::kDoneAddress);
      EXPECT_LT(microcode->words.size(), firmware::kProgramStart);
    }
  }
}

// Words that no test runs, too.
TEST(Microcode, DecodesAndHasSemanticsEverywhere) {
  const unsigned helpers[] = {1, 2, 3, 25};
  const auto microcode = firmware::assemble_microcode(helpers, 0, firmware::kProgramStart);
  ASSERT_TRUE(microcode) << microcode.error().text();
  for (const fpc::Word word : microcode->words) {
    const auto insn = fpc::decode(word);
    ASSERT_TRUE(insn);
    EXPECT_NE(fpc::spec(insn->op).semantics, fpc::Semantics::kNone) << fpc::spec(insn->op).name;
  }
}

TEST(Microcode, NamesTheSourceLineOfAnError) {
  const auto refused = firmware::assemble_microcode({}, 0, 99'999);
  ASSERT_FALSE(refused);
  const std::string& where = refused.error().where;
  ASSERT_THAT(where, testing::StartsWith("dispatch.uc:"));
  std::ifstream source(MILLRACE_SOURCE_DIR "/fpc/firmware/microcode/dispatch.uc");
  std::string line;
  for (int left = std::stoi(where.substr(where.find(':') + 1)); left > 0; --left) {
    std::getline(source, line);
  }
  EXPECT_THAT(line, HasSubstr("br[program]"));
}

TEST(Link, HoldsOnlyTheRoutinesThatAProgramCalls) {
  const auto none = firmware::link(image_calling({}));
  const auto lookup = firmware::link(image_calling({1}));
  const auto all = firmware::link(image_calling({1, 2, 3}));
  ASSERT_TRUE(none && lookup && all);
  EXPECT_EQ(none->routine_words, 0u);
  EXPECT_GT(lookup->routine_words, 0u);
  EXPECT_GT(all->routine_words, lookup->routine_words);
  EXPECT_EQ(none->resident_words, all->resident_words);
  EXPECT_EQ(none->program_start, firmware::kProgramStart);
  EXPECT_EQ(none->program_words, 26u);
  EXPECT_EQ(none->words.size(), firmware::kProgramStart + 26u);
  for (const fpc::Word word : all->words) EXPECT_EQ(word, fpc::with_ecc(word));
}

TEST(Link, RefusesHelpersWithoutARoutine) {
  EXPECT_EQ(refusal(image_calling({12})), "unsupported function id: 12");
}

TEST(Link, RefusesWhatDoesNotFitAndNamesTheParts) {
  EXPECT_EQ(refusal(image_calling({}, 8192 - 3072)), "accepted");
  EXPECT_EQ(refusal(image_calling({}, 8193 - 3072)),
            "program of 5121 words at 3072 ends at 8193, the control store has 8192 words");
  Layout low;
  low.start = 40;
  EXPECT_THAT(refusal(image_calling({1}), low), HasSubstr("runs into program of 26 words at 40"));
  EXPECT_THAT(refusal(image_calling({1}), low), HasSubstr("firmware (dispatch "));
  Layout beyond;
  beyond.start = 9000;
  EXPECT_THAT(refusal(image_calling({}), beyond), HasSubstr("start 9000"));
  Layout twice = vectors::layout();
  twice.done = 0x1e10;
  EXPECT_THAT(refusal(image_calling({2}), twice), HasSubstr("trampoline"));
}

TEST(Link, PutsTrampolinesWhereTheLayoutAsks) {
  const auto store = firmware::link(image_calling({1}), vectors::layout());
  ASSERT_TRUE(store) << store.error().text();
  const auto target = [&](unsigned address) {
    return fpc::decode(store->words.at(address))->target;
  };
  EXPECT_EQ(target(0), 0x1e00);
  EXPECT_EQ(target(0x1f00), 0x1001);
  EXPECT_GT(target(0x1e00), 0x1001);
  EXPECT_EQ(store->entry, target(0x1000));
}

TEST(LinkRelocated, KeepsWordsAsTheyAre) {
  const std::vector<fpc::Word> words = {fpc::with_ecc(kNop) ^ (fpc::Word{1} << 50), kNop};
  const auto store = firmware::link_relocated(words, vectors::layout());
  ASSERT_TRUE(store) << store.error().text();
  EXPECT_EQ(store->words[0], words[0]);
  EXPECT_EQ(store->words[1], words[1]);
}

}  // namespace
