// The host's side of maps: shapes, every status, chains, reuse, and the order of a walk.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/firmware/map_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <map>

#include "base/bits.h"
#include "base/rng.h"
#include "fpc/firmware/map_layout.h"

namespace {

using firmware::kMapTypeArray;
using firmware::kMapTypeHash;
using firmware::MapShape;
using firmware::MapStatus;
using firmware::MapTable;
using testing::HasSubstr;
using Bytes = std::vector<uint8_t>;

Bytes number(uint32_t value, size_t size = 4) {
  Bytes bytes(size);
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<uint8_t>(i < 4 ? value >> 8 * i : i);
  return bytes;
}

// Empty: not found.
Bytes look_up(const MapTable& maps, const Bytes& key) {
  return maps.lookup(1, key).value_or(Bytes{});
}

std::string refusal(const MapShape& shape) {
  fpc::ByteStore memory;
  const auto id = MapTable(memory).create(shape);
  return id ? "accepted" : id.error().text();
}

TEST(MapTable, RefusesShapesOutsideTheLimits) {
  EXPECT_THAT(refusal({9, 4, 4, 1}), HasSubstr("map type 9, allowed are hash (1) and array (2)"));
  EXPECT_THAT(refusal({kMapTypeHash, 0, 4, 1}), HasSubstr("key bytes of 0, allowed is 1 to 56"));
  EXPECT_THAT(refusal({kMapTypeHash, 57, 4, 1}), HasSubstr("key bytes of 57"));
  EXPECT_THAT(refusal({kMapTypeHash, 4, 0, 1}), HasSubstr("value bytes of 0"));
  EXPECT_THAT(refusal({kMapTypeHash, 4, 57, 1}), HasSubstr("value bytes of 57"));
  EXPECT_THAT(refusal({kMapTypeHash, 33, 32, 1}), HasSubstr("element bytes of 72"));
  EXPECT_THAT(refusal({kMapTypeHash, 4, 4, 0}), HasSubstr("entries of 0"));
  EXPECT_THAT(refusal({kMapTypeArray, 8, 4, 1}), HasSubstr("key bytes of 8, allowed is 4"));
  EXPECT_THAT(refusal({kMapTypeHash, 4, 4, 0xffffffff}), HasSubstr("of card memory"));
  EXPECT_THAT(refusal({kMapTypeArray, 4, 8, 0xffffffff}), HasSubstr("of card memory"));
  EXPECT_THAT(refusal({kMapTypeArray, 4, 57, 2}), HasSubstr("value bytes of 57"));
  EXPECT_THAT(refusal({kMapTypeArray, 4, 65537, 1}),
              HasSubstr("value bytes of 65537, allowed is 1 to 65536 of an array of one element"));
  EXPECT_EQ(refusal({kMapTypeArray, 4, 65536, 1}), "accepted");
  EXPECT_EQ(refusal({kMapTypeHash, 56, 8, 3'072'000}), "accepted");
  EXPECT_EQ(refusal({kMapTypeArray, 4, 56, 3'072'000}), "accepted");
}

TEST(MapTable, KnowsWhereTheElementsOfAnArrayLie) {
  fpc::ByteStore memory;
  MapTable maps(memory);
  const unsigned hash = maps.create({kMapTypeHash, 4, 4, 1}).value();
  const unsigned array = maps.create({kMapTypeArray, 4, 300, 1}).value();
  EXPECT_EQ(maps.page(hash), std::nullopt);
  EXPECT_EQ(maps.page(array + 1), std::nullopt);
  ASSERT_TRUE(maps.page(array));
  const Bytes key(4), value(300, 0x5a);
  ASSERT_EQ(maps.update(array, key, value, 0), MapStatus::kOk);
  Bytes there(300);
  memory.read(uint64_t{*maps.page(array)} << 8, there);
  EXPECT_EQ(there, value);
  EXPECT_EQ(look_up(maps, key), Bytes());
}

TEST(MapTable, RunsOutOfIdsAndOfCardMemory) {
  fpc::ByteStore memory;
  MapTable ids(memory);
  for (unsigned i = 1; i <= firmware::kMaxMaps; ++i)
    EXPECT_EQ(*ids.create({kMapTypeArray, 4, 8, 1}), i);
  EXPECT_THAT(ids.create({kMapTypeArray, 4, 8, 1}).error().text(), HasSubstr("map 129"));

  MapTable large(memory);
  ASSERT_TRUE(large.create({kMapTypeArray, 4, 56, 20'000'000}));
  EXPECT_THAT(large.create({kMapTypeArray, 4, 56, 20'000'000}).error().text(),
              HasSubstr("card memory has"));
}

TEST(MapTable, FailsWithoutHostMemory) {
  fpc::ByteStore none(0);
  EXPECT_FALSE(MapTable(none).create({kMapTypeHash, 4, 4, 1}));
  fpc::ByteStore one_page(fpc::ByteStore::kPageBytes);
  MapTable maps(one_page);
  ASSERT_TRUE(maps.create({kMapTypeHash, 4, 4, 1}));
  EXPECT_EQ(maps.update(1, number(1), number(2), 0), MapStatus::kNoMemory);
}

TEST(MapTable, GivesEveryStatusOfAHash) {
  fpc::ByteStore memory;
  MapTable maps(memory);
  ASSERT_TRUE(maps.create({kMapTypeHash, 5, 3, 2}));
  const Bytes a = number(1, 5), b = number(2, 5), c = number(3, 5);
  EXPECT_EQ(maps.update(1, a, number(1, 3), 3), MapStatus::kInvalid);
  EXPECT_EQ(maps.update(1, a, number(1, 4), 0), MapStatus::kInvalid);
  EXPECT_EQ(maps.update(1, a, number(1, 3), 2), MapStatus::kNoEntry);
  EXPECT_EQ(maps.update(1, a, number(1, 3), 1), MapStatus::kOk);
  EXPECT_EQ(maps.update(1, a, number(1, 3), 1), MapStatus::kExists);
  EXPECT_EQ(maps.update(1, b, number(2, 3), 0), MapStatus::kOk);
  EXPECT_EQ(maps.update(1, c, number(3, 3), 0), MapStatus::kFull);
  EXPECT_EQ(maps.update(1, a, number(9, 3), 2), MapStatus::kOk);
  EXPECT_THAT(look_up(maps, a), testing::ElementsAreArray(number(9, 3)));
  EXPECT_FALSE(maps.lookup(1, c));
  EXPECT_EQ(maps.remove(1, c), MapStatus::kNoEntry);
  EXPECT_EQ(maps.remove(1, a), MapStatus::kOk);
  EXPECT_EQ(maps.update(1, c, number(3, 3), 0), MapStatus::kOk);
  EXPECT_FALSE(maps.lookup(1, number(1, 4)));
}

TEST(MapTable, GivesEveryStatusOfAnArray) {
  fpc::ByteStore memory;
  MapTable maps(memory);
  ASSERT_TRUE(maps.create({kMapTypeArray, 4, 5, 3}));
  EXPECT_THAT(look_up(maps, number(2)), testing::ElementsAre(0, 0, 0, 0, 0));
  EXPECT_FALSE(maps.lookup(1, number(3)));
  EXPECT_EQ(maps.update(1, number(2), number(7, 5), 0), MapStatus::kOk);
  EXPECT_EQ(maps.update(1, number(2), number(8, 5), 1), MapStatus::kExists);
  EXPECT_EQ(maps.update(1, number(3), number(8, 5), 0), MapStatus::kFull);
  EXPECT_EQ(maps.update(1, number(1), number(8, 5), 4), MapStatus::kInvalid);
  EXPECT_EQ(maps.remove(1, number(2)), MapStatus::kInvalid);
  std::vector<Bytes> values;
  maps.for_each(1, [&](auto, auto value) { values.emplace_back(value.begin(), value.end()); });
  EXPECT_THAT(values, testing::ElementsAre(Bytes(5, 0), Bytes(5, 0), number(7, 5)));
}

TEST(MapTable, BehavesAsAStandardMap) {
  fpc::ByteStore memory;
  MapTable maps(memory);
  const uint32_t limit = 200;
  ASSERT_TRUE(maps.create({kMapTypeHash, 6, 10, limit}));
  std::map<uint32_t, uint32_t> model;
  base::Rng rng(3);
  for (int i = 0; i < 20000; ++i) {
    const auto key = static_cast<uint32_t>(rng.below(300));
    const auto value = static_cast<uint32_t>(rng.next());
    if (rng.below(3) == 0) {
      const MapStatus expected = model.erase(key) != 0 ? MapStatus::kOk : MapStatus::kNoEntry;
      EXPECT_EQ(maps.remove(1, number(key, 6)), expected);
    } else if (model.contains(key) || model.size() < limit) {
      EXPECT_EQ(maps.update(1, number(key, 6), number(value, 10), 0), MapStatus::kOk);
      model[key] = value;
    } else {
      EXPECT_EQ(maps.update(1, number(key, 6), number(value, 10), 0), MapStatus::kFull);
    }
  }
  std::map<uint32_t, uint32_t> walked;
  maps.for_each(1, [&](auto key, auto value) {
    const auto n = base::load_le<uint32_t>(key.data());
    EXPECT_TRUE(walked.emplace(n, base::load_le<uint32_t>(value.data())).second);
  });
  EXPECT_EQ(walked, model);
}

TEST(MapTable, EndsAWalkThroughARing) {
  fpc::ByteStore memory;
  MapTable maps(memory);
  ASSERT_TRUE(maps.create({kMapTypeHash, 4, 4, 1}));
  ASSERT_EQ(maps.update(1, number(1), number(1), 0), MapStatus::kOk);
  const uint32_t entry = base::byte_swap(memory.read32(firmware::kMapHeap));
  ASSERT_TRUE(memory.write32(firmware::kMapHeap + entry + firmware::layout::entry_next, entry));
  EXPECT_FALSE(maps.lookup(1, number(2)));
  unsigned visited = 0;
  maps.for_each(1, [&](auto, auto) { ++visited; });
  EXPECT_LE(visited, 1 + firmware::layout::slack_entries);
}

TEST(MapTable, TranslatesStatusToErrno) {
  EXPECT_EQ(to_errno(MapStatus::kOk), 0);
  EXPECT_EQ(to_errno(MapStatus::kNoEntry), ENOENT);
  EXPECT_EQ(to_errno(MapStatus::kExists), EEXIST);
  EXPECT_EQ(to_errno(MapStatus::kFull), E2BIG);
  EXPECT_EQ(to_errno(MapStatus::kNoMemory), ENOMEM);
  EXPECT_EQ(to_errno(MapStatus::kInvalid), EINVAL);
}

// A random function would need about 1.25 steps to find one of n keys in n buckets.
TEST(MapHash, SpreadsStructuredKeys) {
  const auto steps = [](const std::vector<std::vector<uint32_t>>& keys) {
    std::vector<unsigned> load(std::bit_ceil(keys.size()));
    double sum = 0;
    for (const auto& key : keys) sum += ++load[firmware::map_hash(key) & (load.size() - 1)];
    return sum / static_cast<double>(keys.size());
  };
  std::vector<std::vector<uint32_t>> sequence, addresses, pairs, flows;
  for (uint32_t i = 0; i < 16384; ++i) {
    sequence.push_back({i});
    addresses.push_back({base::byte_swap(0x0a000000 + i)});
    pairs.push_back({i % 128, i / 128});
    flows.push_back({base::byte_swap(0x0a000000 + i % 256), 0x0100a8c0, 1024 + i / 256 * 5, 17});
  }
  for (const auto& keys : {sequence, addresses, pairs, flows}) EXPECT_LT(steps(keys), 1.65);
}

TEST(MapTable, EndsTablesAndStartsOthersClean) {
  fpc::ByteStore memory;
  MapTable maps(memory);
  ASSERT_EQ(*maps.create({kMapTypeHash, 4, 4, 8}), 1u);
  ASSERT_EQ(*maps.create({kMapTypeArray, 4, 8, 100'000}), 2u);
  for (unsigned i = 0; i < 3; ++i) {
    EXPECT_EQ(maps.update(1, number(i), number(i), 0), MapStatus::kOk);
    EXPECT_EQ(maps.update(2, number(i), number(i, 8), 0), MapStatus::kOk);
  }
  EXPECT_EQ(maps.destroy(1), 3u);
  EXPECT_EQ(maps.destroy(2), 100'000u);
  EXPECT_FALSE(maps.contains(1));
  EXPECT_EQ(maps.count(), 0u);
  EXPECT_EQ(memory.read32(firmware::descriptor_word(1, firmware::desc::type)), 0u);
  EXPECT_EQ(*maps.create({kMapTypeArray, 4, 8, 100'000}), 3u) << "ids come round robin";
  const auto value = maps.lookup(3, number(1));
  ASSERT_TRUE(value);
  EXPECT_THAT(*value, testing::Each(0));
}

TEST(MapTable, FindsMemoryAgainThatTablesGaveBack) {
  fpc::ByteStore memory;
  MapTable maps(memory);
  for (unsigned round = 0; round < 300; ++round) {
    const auto id = maps.create({kMapTypeArray, 4, 56, 20'000'000});
    ASSERT_TRUE(id) << id.error().text();
    ASSERT_EQ(maps.update(*id, number(7), number(round, 56), 0), MapStatus::kOk);
    maps.destroy(*id);
  }
  EXPECT_LE(memory.resident_bytes(), 2 * fpc::ByteStore::kPageBytes);
}

}  // namespace
