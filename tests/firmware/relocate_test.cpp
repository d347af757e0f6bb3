// Relocation against the driver's, and its errors.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fpc/ecc.h"
#include "fpc/firmware/link.h"
#include "tests/firmware/vectors.h"

namespace {

using firmware::Image;
using firmware::relocate;
using firmware::Relocation;
using testing::HasSubstr;

fpc::Word typed(Relocation type, fpc::Word word) {
  return static_cast<fpc::Word>(type) << firmware::kRelocationShift | word;
}

constexpr fpc::Word kBranchTo8 = 0xd802008038;       // br[.8]
constexpr fpc::Word kBranchTo15000 = 0x1dea6008038;  // br[.15000]
constexpr fpc::Word kBranchTo15001 = 0x1dea6408038;  // br[.15001]
constexpr fpc::Word kImmed2 = 0x2f0000c0800;         // immed[gprA_0, 0x2], gpr_wrboth
constexpr fpc::Word kImmedUpper2 = 0x2f4400c0800;    // immed_w1[gprA_0, 0x2], gpr_wrboth
constexpr fpc::Word kImmedInverted = 0x2f0800c0000;  // immed[gprA_0, 0xffffffff], gpr_wrboth

Image image_of(std::vector<fpc::Word> words) {
  Image image;
  image.words = std::move(words);
  image.target_out = 20;
  image.target_abort = 30;
  return image;
}

fpc::Insn relocated(fpc::Word word, unsigned start = 100, unsigned done = 1) {
  Image image = image_of({word});
  image.target_push = 40;
  image.target_pop = 50;
  const auto words = relocate(image, start, done, {{1, 700}});
  EXPECT_TRUE(words) << words.error().text();
  EXPECT_EQ((*words)[0], fpc::with_ecc((*words)[0]));
  return *fpc::decode((*words)[0]);
}

std::string refusal(const Image& image, unsigned start = 100) {
  const auto words = relocate(image, start, 1, {{1, 700}});
  return words ? "accepted" : words.error().text();
}

TEST(Relocate, GivesTheDriversWordsForEveryKernelImage) {
  const auto all = vectors::names();
  ASSERT_GE(all.size(), 40u);
  for (const std::string& name : all) {
    const vectors::Vector vector = vectors::load(name);
    const firmware::Layout layout = vectors::layout();
    const auto words = relocate(vector.image, layout.start, layout.done, layout.helpers);
    ASSERT_TRUE(words) << name << ": " << words.error().text();
    EXPECT_EQ(*words, vector.relocated) << name;
  }
}

TEST(ImageFromWords, FindsTheExitsOfEveryKernelImage) {
  for (const std::string& name : vectors::names()) {
    const vectors::Vector vector = vectors::load(name);
    const auto image = firmware::image_from_words(vector.image.words, "dump/" + name);
    ASSERT_TRUE(image) << image.error().text();
    EXPECT_EQ(image->program, name);
    EXPECT_EQ(image->program_type, vector.type == "xdp" ? "xdp" : "sched_cls");
    EXPECT_EQ(image->target_out, vector.image.target_out) << name;
    EXPECT_EQ(image->target_abort, vector.image.target_abort) << name;
    EXPECT_EQ(image->target_push, vector.image.target_push) << name;
    EXPECT_EQ(image->target_pop, vector.image.target_pop) << name;
  }
}

TEST(ImageFromWords, RefusesWordsWithoutAnEpilogue) {
  const auto image = firmware::image_from_words({kBranchTo8}, "f.txt");
  ASSERT_FALSE(image);
  EXPECT_THAT(image.error().text(), HasSubstr("f.txt: 0 branches to the next packet"));
}

TEST(Relocate, MovesEachTypeToItsTarget) {
  EXPECT_EQ(relocated(kBranchTo8).target, 8);
  EXPECT_EQ(relocated(typed(Relocation::kBranch, kBranchTo8)).target, 108);
  EXPECT_EQ(relocated(typed(Relocation::kGoOut, kBranchTo15000)).target, 120);
  EXPECT_EQ(relocated(typed(Relocation::kGoAbort, kBranchTo15000)).target, 130);
  EXPECT_EQ(relocated(typed(Relocation::kCallPush, kBranchTo15000)).target, 140);
  EXPECT_EQ(relocated(typed(Relocation::kCallPop, kBranchTo15000)).target, 150);
  EXPECT_EQ(relocated(typed(Relocation::kNextPacket, kBranchTo15000), 100, 77).target, 77);
  EXPECT_EQ(relocated(typed(Relocation::kHelper, kBranchTo15001)).target, 700);
  EXPECT_EQ(relocated(typed(Relocation::kImmediate, kImmed2)).immediate, 102);
}

TEST(Relocate, LoadsThePageOfATableInTwoHalves) {
  const Image image = image_of(
      {typed(Relocation::kTablePageLow, kImmed2), typed(Relocation::kTablePageHigh, kImmedUpper2)});
  EXPECT_EQ(image.data_tables(), std::vector<unsigned>{2});
  const auto words = relocate(image, 100, 1, {}, {{1, 7}, {2, 0x80001234}});
  ASSERT_TRUE(words) << words.error().text();
  const fpc::Insn low = *fpc::decode((*words)[0]), high = *fpc::decode((*words)[1]);
  EXPECT_EQ(low.immediate, 0x1234);
  EXPECT_EQ(low.imm_shift, 0);
  EXPECT_EQ(high.immediate, 0x8000);
  EXPECT_EQ(high.imm_shift, 2);
  EXPECT_EQ(refusal(image), "word 0: relocation of the page of table 2, which does not exist");
}

TEST(Relocate, RefusesRoutinesThatAreAbsent) {
  EXPECT_EQ(refusal(image_of({kBranchTo8, typed(Relocation::kCallPush, kBranchTo15000)})),
            "word 1: BUG: failed to detect subprogram registers needs");
  EXPECT_EQ(refusal(image_of({typed(Relocation::kCallPop, kBranchTo15000)})),
            "word 0: BUG: failed to detect subprogram registers needs");
  EXPECT_EQ(refusal(image_of({typed(Relocation::kHelper, kBranchTo15000)})),
            "word 0: relocation of unknown helper 0");
}

TEST(Relocate, RefusesWordsThatCannotCarryTheType) {
  EXPECT_THAT(refusal(image_of({kBranchTo8 | fpc::Word{11} << firmware::kRelocationShift})),
              HasSubstr("relocation type 11, allowed are 0 to 10"));
  EXPECT_THAT(refusal(image_of({typed(Relocation::kBranch, kImmed2)})),
              HasSubstr("relocation of a branch in a word that is none"));
  EXPECT_THAT(refusal(image_of({typed(Relocation::kImmediate, kBranchTo8)})),
              HasSubstr("no plain immed"));
  EXPECT_THAT(refusal(image_of({typed(Relocation::kImmediate, kImmedInverted)})),
              HasSubstr("no plain immed"));
  for (const fpc::Word word : {kBranchTo8, kImmedInverted, kImmedUpper2})
    EXPECT_THAT(refusal(image_of({typed(Relocation::kTablePageLow, word)})),
                HasSubstr("page in a word that is no immed of the lower half"));
  for (const fpc::Word word : {kBranchTo8, kImmedInverted, kImmed2})
    EXPECT_THAT(refusal(image_of({typed(Relocation::kTablePageHigh, word)})),
                HasSubstr("page in a word that is no immed of the upper half"));
}

TEST(Relocate, RefusesAddressesBeyondTheFields) {
  EXPECT_THAT(refusal(image_of({typed(Relocation::kBranch, kBranchTo8)}), 16376),
              HasSubstr("relocated branch target 16384, allowed are up to 16383"));
  EXPECT_THAT(refusal(image_of({typed(Relocation::kImmediate, kImmed2)}), 65534),
              HasSubstr("relocated immediate 65536, allowed are up to 65535"));
}

}  // namespace
