// Bit fields and byte order.
// SPDX-License-Identifier: Apache-2.0
#include "base/bits.h"

#include <gtest/gtest.h>

namespace base {

TEST(Bits, ExtractAndDepositAreInverse) {
  constexpr uint64_t kWord = 0x0123456789abcdef;
  EXPECT_EQ((extract<15, 8>(kWord)), 0xcdu);
  EXPECT_EQ((extract<63, 0>(kWord)), kWord);
  EXPECT_EQ((deposit<15, 8>(kWord, 0x42)), 0x01234567'89ab42efu);
  EXPECT_EQ((deposit<15, 8>(kWord, extract<15, 8>(kWord))), kWord);
}

TEST(Bits, DepositIgnoresBitsBeyondTheField) { EXPECT_EQ((deposit<3, 0>(0, 0xff)), 0xfu); }

TEST(Bits, LoadsAndStoresAreUnaligned) {
  uint8_t bytes[9] = {};
  store_be<uint32_t>(bytes + 1, 0x01020304);
  EXPECT_EQ(bytes[1], 1);
  EXPECT_EQ(load_le<uint32_t>(bytes + 1), 0x04030201u);
  EXPECT_EQ(load_be<uint32_t>(bytes + 1), 0x01020304u);
}

TEST(Bits, RoundUpKeepsMultiples) {
  EXPECT_EQ(round_up(64, 64), 64u);
  EXPECT_EQ(round_up(65, 64), 128u);
  EXPECT_EQ(round_up(0, 64), 0u);
}

}  // namespace base
