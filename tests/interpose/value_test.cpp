// Keys and values of maps as people write them.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "cli/card_value.h"

namespace cli {
namespace {

using Bytes = std::vector<uint8_t>;

TEST(CardValue, ReadsNumbersAndBytes) {
  EXPECT_EQ(*parse_map_bytes("258", 4), (Bytes{2, 1, 0, 0}));
  EXPECT_EQ(*parse_map_bytes("0x0102", 8), (Bytes{2, 1, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(*parse_map_bytes("1,0x2,3", 3), (Bytes{1, 2, 3}));
  EXPECT_EQ(*parse_map_bytes("255", 1), (Bytes{255}));
  EXPECT_EQ(print_map_bytes(Bytes{0, 10, 255}), "00 0a ff");
}

TEST(CardValue, RefusesWhatDoesNotFit) {
  for (const char* text : {"", "x", "0x", "-1", "65536", "1,2,3", "1,", "1,256", "1 2"}) {
    const base::Result<Bytes> bytes = parse_map_bytes(text, 2);
    ASSERT_FALSE(bytes) << text;
    EXPECT_EQ(bytes.error().message, "`" + std::string(text) +
                                         "` is neither a number of 2 bytes nor 2 bytes with commas "
                                         "between");
  }
  EXPECT_FALSE(parse_map_bytes("1", 16)) << "no number is that long";
}

}  // namespace
}  // namespace cli
