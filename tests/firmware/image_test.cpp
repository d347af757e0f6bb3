// Images to JSON and back, hostile JSON, and word files.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/firmware/image.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/rng.h"

namespace {

using firmware::Image;
using firmware::image_from_json;
using firmware::words_from_text;
using testing::HasSubstr;
using testing::StartsWith;

Image sample() {
  Image image;
  image.program = "count \"it\"";
  image.program_type = "xdp";
  image.profile = "full";
  image.codegen = "kernel";
  image.words = {0x020001dea6008038, 0x070001dea6408038, 0x06000000d8006080, 0xf0000c0300};
  image.target_out = 3;
  image.target_abort = 2;
  image.stack_bytes = 64;
  image.max_packet_offset = 33;
  image.maps = {{"m",
                 1,
                 4,
                 10,
                 16,
                 {firmware::WordUse::kAtomic, firmware::WordUse::kRead, firmware::WordUse::kUnused},
                 "int",
                 "struct v",
                 {1, 2, 3, 0xab, 0xff, 0, 0, 0, 0, 0x10},
                 true}};
  image.lines = {{0, 1, "a.c", 7}, {3, 2, "a.c", 8}};
  image.warnings = {"defect 3"};
  return image;
}

std::string refusal(const std::string& text) {
  const auto image = image_from_json(text, "f.json");
  return image ? "accepted" : image.error().text();
}

// The sample with one member replaced, as text.
template <typename T>
std::string with(const std::string& pointer, const T& value) {
  auto json = nlohmann::json::parse(to_json(sample()));
  json[nlohmann::json::json_pointer(pointer)] = value;
  return refusal(json.dump());
}

TEST(Image, ComesBackFromJsonAsItWas) {
  const std::string text = to_json(sample());
  const auto back = image_from_json(text, "f.json");
  ASSERT_TRUE(back) << back.error().text();
  EXPECT_EQ(to_json(*back), text);
  EXPECT_EQ(back->words, sample().words);
  EXPECT_EQ(back->maps.at(0).word_use, sample().maps.at(0).word_use);
  EXPECT_EQ(back->maps.at(0).initial, sample().maps.at(0).initial);
  EXPECT_TRUE(back->maps.at(0).is_constant);
  EXPECT_EQ(back->lines.at(1).line, 8u);
  EXPECT_EQ(back->program, "count \"it\"");
}

TEST(Image, NamesTheHelpersItsWordsCall) {
  EXPECT_EQ(sample().helpers(), std::vector<unsigned>{1});
}

TEST(Image, RefusesMembersOutsideTheirLimits) {
  EXPECT_EQ(with("/schema", "millrace.image/2"),
            "f.json: schema: found \"millrace.image/2\", allowed is one of millrace.image/1");
  EXPECT_EQ(with("/program", 3),
            "f.json: program: found 3, allowed is a string of at most 4096 bytes");
  EXPECT_EQ(with("/program_type", "kprobe"),
            "f.json: program_type: found \"kprobe\", allowed is one of xdp, sched_cls");
  EXPECT_THAT(with("/profile", "mine"), HasSubstr("one of public, shipped, full"));
  EXPECT_THAT(with("/codegen", "magic"), StartsWith("f.json: codegen: found \"magic\""));
  EXPECT_EQ(with("/target_out", 4), "f.json: target_out: found 4, allowed is a number from 0 to 3");
  EXPECT_THAT(with("/target_abort", -1), HasSubstr("found -1"));
  EXPECT_THAT(with("/target_push", 1.5), HasSubstr("found 1.5"));
  EXPECT_THAT(with("/target_pop", true), HasSubstr("found true"));
  EXPECT_THAT(with("/stack_bytes", 513), HasSubstr("a number from 0 to 512"));
  EXPECT_THAT(with("/max_packet_offset", uint64_t{1} << 32), HasSubstr("0 to 4294967295"));
  EXPECT_THAT(with("/words/1", "xyz"), StartsWith("f.json: words[1]: found \"xyz\""));
  EXPECT_THAT(with("/words/1", "09000000f0000c0300"), HasSubstr("16 hex digits"));
  EXPECT_THAT(with("/words/0", "0b0000f0000c0300"), HasSubstr("relocation type of 0 to 10"));
  EXPECT_THAT(with("/words", nlohmann::json::array()), HasSubstr("a list of 1 to 8192 elements"));
  EXPECT_THAT(with("/words", std::vector<std::string>(8193, "000000f0000c0300")),
              HasSubstr("found 8193 elements"));
  EXPECT_THAT(with("/maps/0/word_use/2", "often"),
              StartsWith("f.json: maps[0].word_use[2]: found \"often\""));
  EXPECT_THAT(with("/maps/0/word_use", std::vector<std::string>(4, "read")),
              HasSubstr("found 4 elements, allowed is a list of 0 to 3 elements"));
  for (const char* initial : {"", "0102", "01020304050607080910ab", "010203040506070809zz",
                              "0102030405060708090", "0x02030405060708090a"})
    EXPECT_EQ(
        with("/maps/0/initial", initial),
        fmt::format("f.json: maps[0].initial: found \"{}\", allowed is 20 hex digits", initial));
  EXPECT_EQ(with("/maps/0/constant", 1),
            "f.json: maps[0].constant: found 1, allowed is true or false");
  EXPECT_THAT(with("/maps/0/initial", 7), HasSubstr("maps[0].initial: found 7"));
  EXPECT_THAT(with("/maps/0/key_bytes", 0), HasSubstr("maps[0].key_bytes: found 0"));
  EXPECT_THAT(with("/maps/0/max_entries", 0), HasSubstr("maps[0].max_entries"));
  EXPECT_THAT(with("/maps/0", 5), HasSubstr("maps[0]: found 5, allowed is an object"));
  EXPECT_THAT(with("/lines/0/word", 4), HasSubstr("lines[0].word: found 4"));
  EXPECT_THAT(with("/warnings/0", nullptr), HasSubstr("warnings[0]: found null"));
  EXPECT_THAT(with("/extra", 1), HasSubstr("the document: found unknown member \"extra\""));
}

// As those of before there were any.
TEST(Image, MayLeaveOutTheInitialValueOfAMap) {
  auto json = nlohmann::json::parse(to_json(sample()));
  json["maps"][0].erase("initial");
  json["maps"][0].erase("constant");
  const auto image = image_from_json(json.dump(), "f.json");
  ASSERT_TRUE(image) << image.error().text();
  EXPECT_TRUE(image->maps.at(0).initial.empty());
  EXPECT_FALSE(image->maps.at(0).is_constant);
  EXPECT_EQ(nlohmann::json::parse(to_json(*image)), json);
}

// The version is the complaint, not what a later version brings along.
TEST(Image, RefusesAnotherVersionByItsSchema) {
  auto json = nlohmann::json::parse(to_json(sample()));
  json["schema"] = "millrace.image/2";
  json["later"] = 1;
  EXPECT_THAT(refusal(json.dump()), StartsWith("f.json: schema: found \"millrace.image/2\""));
}

TEST(Image, RefusesMissingMembersAndOtherDocuments) {
  const auto json = nlohmann::json::parse(to_json(sample()));
  for (const auto& item : json.items()) {
    auto less = json;
    less.erase(item.key());
    EXPECT_EQ(refusal(less.dump()),
              "f.json: " + item.key() + ": found no such member, allowed is exactly one");
  }
  EXPECT_THAT(refusal("[]"), HasSubstr("the document: found a list, allowed is an object"));
  EXPECT_THAT(refusal(""), HasSubstr("malformed JSON"));
  EXPECT_THAT(refusal("{\n\"schema\": \n}"), HasSubstr("f.json:3: malformed JSON"));
  EXPECT_THAT(refusal(std::string(1 << 20, '[')), HasSubstr("malformed JSON"));
  EXPECT_THAT(refusal(std::string((16u << 20) + 1, ' ')), HasSubstr("allowed are 16777216"));
}

TEST(Image, SurvivesMutatedText) {
  const std::string text = to_json(sample());
  base::Rng rng(7);
  unsigned accepted = 0;
  for (int i = 0; i < 2000; ++i) {
    std::string mutant = text;
    for (uint64_t n = 1 + rng.below(3); n > 0; --n) {
      mutant[rng.below(mutant.size())] = static_cast<char>(rng.next());
    }
    mutant.resize(rng.below(8) == 0 ? rng.below(mutant.size()) : mutant.size());
    accepted += image_from_json(mutant, "f").has_value();
  }
  EXPECT_LT(accepted, 2000u);
}

TEST(WordsText, ReadsWordsAndComments) {
  const auto words = words_from_text("# head\n000000f0000c0300\r\n\n 07001DEA64080380 # tail", "f");
  ASSERT_TRUE(words) << words.error().text();
  EXPECT_EQ(*words, (std::vector<fpc::Word>{0xf0000c0300, 0x07001dea64080380}));
}

TEST(WordsText, RefusesWhatIsNoWord) {
  const auto refused = [](const std::string& text) {
    const auto words = words_from_text(text, "f.txt");
    return words ? "accepted" : words.error().text();
  };
  EXPECT_EQ(refused("000000f0000c0300\nf0000c0300\n"),
            "f.txt:2: \"f0000c0300\" is not a word, allowed are 16 hex digits");
  EXPECT_THAT(refused("0x0000f0000c0300"), HasSubstr("is not a word"));
  EXPECT_THAT(refused("000000f0000c0300 000000f0000c0300"), HasSubstr("f.txt:1"));
  EXPECT_THAT(refused("\x7f\x45\x4c\x46\x01"), HasSubstr("\"?ELF?\""));
  EXPECT_EQ(refused("# nothing\n"), "f.txt: no words, at least 1 is needed");
  std::string many;
  for (int i = 0; i < 8193; ++i) many += "000000f0000c0300\n";
  EXPECT_EQ(refused(many), "f.txt:8193: more than 8192 words, the size of a control store");
}

}  // namespace
