// Map contents as JSON: what is accepted, and what each refusal says.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/map_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace host {

using testing::HasSubstr;

TEST(MapJson, PrintedContentsReadBack) {
  const std::vector<MapContents> maps = {{"rules", {{{1, 2, 255}, {0}}, {{3, 4, 5}, {9}}}},
                                         {"empty", {}}};
  const auto again = parse_map_contents(print_map_contents(maps), "t");
  ASSERT_TRUE(again) << again.error().text();
  ASSERT_EQ(again->size(), 2u);
  EXPECT_EQ(print_map_contents(*again),
            print_map_contents({maps[1], maps[0]}));  // members come sorted by name
}

TEST(MapJson, TakesHexDecimalAndNumbers) {
  const auto maps = parse_map_contents(R"({"m": [{"key": ["0xff", "16", 7], "value": []}]})", "t");
  ASSERT_TRUE(maps) << maps.error().text();
  EXPECT_EQ(maps->at(0).entries.at(0).key, (std::vector<uint8_t>{255, 16, 7}));
}

struct Refusal {
  const char *text, *message;
};

class MapJsonRefusal : public testing::TestWithParam<Refusal> {};

TEST_P(MapJsonRefusal, NamesPlaceAndCause) {
  const auto maps = parse_map_contents(GetParam().text, "maps.json");
  ASSERT_FALSE(maps);
  EXPECT_THAT(maps.error().text(), HasSubstr("maps.json"));
  EXPECT_THAT(maps.error().text(), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Table, MapJsonRefusal,
    testing::Values(
        Refusal{"", "not JSON at byte"}, Refusal{"{\"m\": [}", "not JSON at byte"},
        Refusal{"[]", "found array, expected an object of map names"},
        Refusal{R"({"m": 3})", "m: must be an array"},
        Refusal{R"({"m": [3]})", "m[0]: found number"},
        Refusal{R"({"m": [{"value": []}]})", "\"key\" must be an array of bytes"},
        Refusal{R"({"m": [{"key": [1]}]})", "\"value\" must be an array of bytes"},
        Refusal{R"({"m": [{"key": ["0x100"], "value": []}]})", "\"0x100\" is not a byte"},
        Refusal{R"({"m": [{"key": [-1], "value": []}]})", "-1 is not a byte"},
        Refusal{R"({"m": [{"key": [1.5], "value": []}]})", "1.5 is not a byte"},
        Refusal{R"({"m": [{"key": ["0x"], "value": []}]})", "\"0x\" is not a byte"},
        Refusal{R"({"m": [{"key": [1e999], "value": []}]})", "a number is too large"},
        Refusal{R"({"m": [{"key": [[1]], "value": []}]})", "an array is not a byte"},
        Refusal{R"({"m": [{"key": [18446744073709551615], "value": []}]})", "is not a byte"}));

TEST(MapJson, DeepNestingIsRefusedWithoutCrash) {
  const std::string deep(200'000, '[');
  EXPECT_FALSE(parse_map_contents(deep, "t"));
  const std::string closed =
      "{\"m\": [{\"key\": [" + deep + std::string(deep.size(), ']') + "], \"value\": []}]}";
  const auto refused = parse_map_contents(closed, "t");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text(), HasSubstr("nests deeper than 8 levels"));
}

}  // namespace host
