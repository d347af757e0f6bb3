// ByteStore: sparse pages, the 40-bit wrap, the page budget.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <numeric>
#include <vector>

#include "fpc/memory.h"

namespace fpc {
namespace {

constexpr uint64_t kEnd = uint64_t{1} << 40;

TEST(ByteStore, UnwrittenBytesReadAsZeroAndCostNothing) {
  const ByteStore store;
  EXPECT_EQ(store.read32(0x12'3456'789a), 0u);
  EXPECT_EQ(store.resident_bytes(), 0u);
}

TEST(ByteStore, KeepsBytesAcrossPageBoundaries) {
  ByteStore store;
  std::vector<uint8_t> bytes(3 * ByteStore::kPageBytes);
  std::iota(bytes.begin(), bytes.end(), uint8_t{1});
  const uint64_t address = ByteStore::kPageBytes - 5;
  ASSERT_TRUE(store.write(address, bytes));
  std::vector<uint8_t> back(bytes.size());
  store.read(address, back);
  EXPECT_EQ(back, bytes);
  EXPECT_EQ(store.resident_bytes(), 4 * ByteStore::kPageBytes);
}

TEST(ByteStore, SharesWholePagesUntilTheyAreCleared) {
  constexpr uint64_t kAddress = 3 * ByteStore::kPageBytes, kSize = 2 * ByteStore::kPageBytes;
  ByteStore store;
  ASSERT_TRUE(store.write32(kAddress - 4, 7));
  const auto memory = std::make_shared<uint8_t[]>(kSize);
  ASSERT_TRUE(store.share(kAddress, memory, kSize));
  ASSERT_TRUE(store.write32(kAddress + ByteStore::kPageBytes, 5));
  EXPECT_EQ(memory[ByteStore::kPageBytes], 5);
  memory[0] = 6;
  EXPECT_EQ(store.read32(kAddress), 6u);
  EXPECT_EQ(store.read32(kAddress - 4), 7u);
  store.clear(kAddress, kSize);
  EXPECT_EQ(memory.use_count(), 1);
  EXPECT_EQ(memory[0], 6) << "whoever has it keeps it";
  EXPECT_EQ(store.read32(kAddress), 0u);
  EXPECT_FALSE(ByteStore(ByteStore::kPageBytes).share(0, memory, kSize)) << "beyond its budget";
}

TEST(ByteStore, WordsAreLittleEndian) {
  ByteStore store;
  ASSERT_TRUE(store.write32(0x1001, 0x04030201));
  std::array<uint8_t, 4> bytes{};
  store.read(0x1001, bytes);
  EXPECT_EQ(bytes, (std::array<uint8_t, 4>{1, 2, 3, 4}));
  EXPECT_EQ(store.read32(0x1001), 0x04030201u);
}

TEST(ByteStore, WrapsAt40Bits) {
  ByteStore store;
  ASSERT_TRUE(store.write32(kEnd - 2, 0xddccbbaa));
  EXPECT_EQ(store.read32(0) & 0xffff, 0xddccu);
  EXPECT_EQ(store.read32(kEnd + kEnd - 2), 0xddccbbaau);
  EXPECT_EQ(store.read32(~uint64_t{0} - 1), 0xddccbbaau);
}

TEST(ByteStore, RefusesPagesBeyondItsBudgetAndChangesNothing) {
  ByteStore store(2 * ByteStore::kPageBytes);
  ASSERT_TRUE(store.write32(0, 1));
  std::vector<uint8_t> bytes(3 * ByteStore::kPageBytes, 0xff);
  EXPECT_FALSE(store.write(0, bytes));
  EXPECT_EQ(store.read32(0), 1u);
  EXPECT_LE(store.resident_bytes(), 2 * ByteStore::kPageBytes);
  EXPECT_TRUE(store.write32(4, 2));
}

TEST(ByteStore, RemembersTheLastPageCorrectlyWhenPagesAlternate) {
  ByteStore store;
  for (uint32_t i = 0; i < 100; ++i) {
    const uint64_t address = uint64_t{i % 7} * ByteStore::kPageBytes + 4 * i;
    EXPECT_EQ(store.read32(address), 0u);
    ASSERT_TRUE(store.write32(address, i + 1));
    EXPECT_EQ(store.read32(address), i + 1);
  }
}

constexpr uint64_t kWord = 3 * ByteStore::kPageBytes + 64;

TEST(SpoiledWords, AreNotFoundAndStayWhatTheyWere) {
  ByteStore store;
  ASSERT_TRUE(store.write32(kWord, 7));
  ASSERT_TRUE(store.spoil(kWord + 5, 2));
  EXPECT_EQ(store.find(kWord, 4), nullptr);
  EXPECT_EQ(store.read32(kWord), 7u);
  EXPECT_EQ(store.find(kWord, 4), nullptr) << "nor after a look";
  ASSERT_TRUE(store.write32(ByteStore::kPageBytes, 1));
  EXPECT_NE(store.find(ByteStore::kPageBytes, 4), nullptr) << "other pages are";
  const auto* word = store.find_spoiled(kWord + 7, 1);
  ASSERT_NE(word, nullptr);
  EXPECT_EQ(word->first, kWord);
  EXPECT_EQ(word->second, 2u);
  EXPECT_EQ(store.find_spoiled(kWord - 8, 8), nullptr);
  EXPECT_EQ(store.find_spoiled(kWord + 8, 64), nullptr);
  EXPECT_NE(store.find_spoiled(0, uint64_t{1} << 40), nullptr);
  store.mend(kWord, 1);
  EXPECT_EQ(store.find_spoiled(kWord, 8), nullptr);
  EXPECT_EQ(store.read32(kWord), 7u);
  EXPECT_NE(store.find(kWord, 4), nullptr);
}

TEST(SpoiledWords, AreGoodAgainWhenTheyAreCleared) {
  ByteStore store;
  for (const uint64_t size : {uint64_t{8}, ByteStore::kPageBytes - 64}) {
    ASSERT_TRUE(store.spoil(kWord, 1)) << "where nothing was written";
    store.clear(kWord, size);
    EXPECT_EQ(store.find_spoiled(kWord, 8), nullptr);
  }
  ByteStore none(0);
  EXPECT_FALSE(none.spoil(kWord, 1));
}

}  // namespace
}  // namespace fpc
