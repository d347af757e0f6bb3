// The map routines on the interpreter: every return code, every key and value size, chains, full maps, grace periods.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "base/bits.h"
#include "base/rng.h"
#include "fpc/firmware/map_layout.h"
#include "fpc/firmware/map_table.h"
#include "tests/firmware/map_calls.h"

namespace {

using firmware::kMapTypeArray;
using firmware::kMapTypeHash;
using firmware::MapStatus;
using firmware::MapTable;
using map_calls::Call;
using map_calls::Operation;
using testing::IsEmpty;
using Bytes = std::vector<uint8_t>;

Bytes number(uint32_t value, size_t size = 4) {
  Bytes bytes;
  for (size_t i = 0; i < size; ++i)
    bytes.push_back(static_cast<uint8_t>(i < 4 ? value >> 8 * i : 7 * i));
  return bytes;
}

Call lookup(const Bytes& key, unsigned table = 1) {
  return {Operation::kLookup, table, 0, key, {}};
}
Call update(const Bytes& key, const Bytes& value, uint64_t flags = 0, unsigned table = 1) {
  return {Operation::kUpdate, table, flags, key, value};
}
Call remove(const Bytes& key, unsigned table = 1) {
  return {Operation::kDelete, table, 0, key, {}};
}

class MapRoutines : public testing::Test {
 protected:
  // All calls in one packet.
  std::vector<Call> make(const std::vector<Call>& calls) {
    options_.seed++;
    const map_calls::Outcome outcome = map_calls::call(memory_, {calls}, options_);
    EXPECT_THAT(outcome.troubles, IsEmpty());
    options_.first_sequence += 1;
    return outcome.packets.at(0);
  }
  // One packet each, one after another.
  std::vector<Call> make_apart(const std::vector<Call>& calls) {
    std::vector<Call> made;
    for (const Call& call : calls) made.push_back(make({call}).at(0));
    return made;
  }
  static std::vector<int> errors(const std::vector<Call>& calls) {
    std::vector<int> errors;
    for (const Call& call : calls) errors.push_back(call.error());
    return errors;
  }
  static Bytes head(const Call& call, size_t size) {
    return {call.found.begin(),
            call.found.begin() + static_cast<std::ptrdiff_t>(std::min(size, call.found.size()))};
  }

  fpc::ByteStore memory_;
  MapTable maps_{memory_};
  harness::Options options_;
};

TEST_F(MapRoutines, FindWhatTheHostPutIn) {
  ASSERT_TRUE(maps_.create({kMapTypeHash, 4, 8, 10}));
  ASSERT_EQ(maps_.update(1, number(5), number(50, 8), 0), MapStatus::kOk);
  const auto made = make({lookup(number(5)), lookup(number(6))});
  EXPECT_EQ(head(made[0], 8), number(50, 8));
  EXPECT_EQ(made[0].r0 >> 32, firmware::kMapHeap >> 8);
  EXPECT_EQ(made[1].r0, 0u);
}

TEST_F(MapRoutines, GiveEveryCodeOfAHash) {
  ASSERT_TRUE(maps_.create({kMapTypeHash, 4, 8, 2}));
  const Bytes a = number(1), b = number(2), c = number(3), v = number(9, 8);
  const auto made =
      make({update(a, v, 3), update(a, v, uint64_t{1} << 32), update(a, v, 2), update(a, v, 1),
            update(a, v, 1), update(b, v, 0), update(c, v, 0), update(c, v, 2), update(a, v, 2),
            remove(c), remove(a), lookup(a), update(c, v, 1)});
  EXPECT_THAT(errors(made), testing::ElementsAre(EINVAL, EINVAL, ENOENT, 0, EEXIST, 0, E2BIG,
                                                 ENOENT, 0, ENOENT, 0, 0, 0));
  EXPECT_EQ(made[0].r0, static_cast<uint64_t>(-EINVAL));
  EXPECT_EQ(made[11].r0, 0u);
  EXPECT_FALSE(maps_.lookup(1, a));
  EXPECT_TRUE(maps_.lookup(1, b));
  EXPECT_TRUE(maps_.lookup(1, c));
}

TEST_F(MapRoutines, GiveEveryCodeOfAnArray) {
  ASSERT_TRUE(maps_.create({kMapTypeArray, 4, 8, 3}));
  const Bytes v = number(9, 8);
  const auto made = make({update(number(2), v), update(number(2), v, 1), update(number(2), v, 2),
                          update(number(3), v), update(number(3), v, 1), update(number(1), v, 3),
                          remove(number(2)), lookup(number(2)), lookup(number(0)),
                          lookup(number(3)), lookup(number(0xffffffff))});
  EXPECT_THAT(errors({made.begin(), made.begin() + 7}),
              testing::ElementsAre(0, EEXIST, 0, E2BIG, E2BIG, EINVAL, EINVAL));
  EXPECT_EQ(head(made[7], 8), v);
  EXPECT_EQ(head(made[8], 8), Bytes(8, 0));
  EXPECT_NE(made[8].r0, 0u);
  EXPECT_EQ(made[9].r0, 0u);
  EXPECT_EQ(made[10].r0, 0u);
  EXPECT_EQ(maps_.lookup(1, number(2)).value_or(Bytes{}), v);
}

TEST_F(MapRoutines, RefuseTablesThatDoNotExist) {
  ASSERT_TRUE(maps_.create({kMapTypeHash, 4, 4, 2}));
  for (const unsigned table : {0u, 2u, 128u, 129u, 0xffffffffu}) {
    const auto made = make({lookup(number(1), table), update(number(1), number(1), 0, table),
                            remove(number(1), table)});
    EXPECT_EQ(made[0].r0, 0u) << table;
    EXPECT_EQ(made[1].error(), EBADFD) << table;
    EXPECT_EQ(made[2].error(), EBADFD) << table;
  }
}

// More tables than local memory keeps descriptors of, used in turn, by contexts that share what is kept.
TEST_F(MapRoutines, KeepTheDescriptorsOfManyTablesApart) {
  constexpr unsigned kTables = firmware::kLmDescriptorSlots + 5, kRounds = 3, kPackets = 12;
  for (unsigned table = 1; table <= kTables; ++table) {
    const bool is_hash = table % 3 != 0;
    const uint32_t key_bytes = is_hash ? 4 + table % 5 : 4, value_bytes = 8 + table % 9;
    ASSERT_TRUE(
        maps_.create({is_hash ? kMapTypeHash : kMapTypeArray, key_bytes, value_bytes, 100}));
    ASSERT_EQ(maps_.update(table, number(7, key_bytes), number(table, value_bytes), 0),
              MapStatus::kOk);
  }
  std::vector<std::vector<Call>> packets(kPackets);
  for (unsigned i = 0; i < kPackets * kRounds; ++i) {
    for (unsigned step = 0; step < 5; ++step) {
      const unsigned table = 1 + (i * 5 + step) % kTables;
      packets[i % kPackets].push_back(lookup(number(7, maps_.shape(table).key_bytes), table));
    }
  }
  options_.cores = 2;
  const map_calls::Outcome outcome = map_calls::call(memory_, packets, options_);
  EXPECT_THAT(outcome.troubles, IsEmpty());
  for (const std::vector<Call>& calls : outcome.packets) {
    for (const Call& call : calls) {
      const size_t size = maps_.shape(call.table).value_bytes;
      EXPECT_EQ(head(call, size), number(call.table, size)) << call.table;
    }
  }
}

TEST_F(MapRoutines, ChangeEntriesOfAFarTable) {
  constexpr unsigned kFar = firmware::kLmDescriptorSlots;
  while (maps_.count() < kFar) ASSERT_TRUE(maps_.create({kMapTypeHash, 4, 8, 2}));
  const Bytes a = number(1), v = number(9, 8);
  const auto made =
      make({update(a, v, 1, kFar), lookup(a, kFar), remove(a, kFar), lookup(a, kFar)});
  EXPECT_THAT(errors({made[0], made[2]}), testing::ElementsAre(0, 0));
  EXPECT_EQ(head(made[1], 8), v);
  EXPECT_EQ(made[3].r0, 0u);
}

// Junk follows every key, so this fails when a byte too many counts.
TEST_F(MapRoutines, HandleEveryKeySize) {
  for (uint32_t size = 1; size <= 56; ++size) {
    const unsigned table = *maps_.create({kMapTypeHash, size, 8, 300});
    std::vector<std::vector<Call>> packets;
    const uint32_t keys = size == 1 ? 12 : 15;
    for (uint32_t i = 0; i < keys; ++i) {
      Bytes key(size, 0);
      key[i % size] = static_cast<uint8_t>(i + 1);
      Call put = update(key, number(i, 8), 1, table);
      put.key_offset = 4 * (i % 7);
      packets.push_back({put});
      Call get = lookup(key, table);
      get.key_offset = 64 - 4 * (i % 5);
      packets.back().push_back(get);
    }
    options_.slots = 1;
    const auto outcome = map_calls::call(memory_, packets, options_);
    EXPECT_THAT(outcome.troubles, IsEmpty()) << size;
    for (uint32_t i = 0; i < keys; ++i) {
      EXPECT_EQ(outcome.packets[i][0].error(), 0) << size;
      EXPECT_EQ(head(outcome.packets[i][1], 8), number(i, 8)) << size;
      EXPECT_EQ(maps_.lookup(table, packets[i][0].key).value_or(Bytes{}), number(i, 8)) << size;
    }
  }
}

TEST_F(MapRoutines, HandleEveryValueSize) {
  for (uint32_t size = 1; size <= 56; ++size) {
    const unsigned hash = *maps_.create({kMapTypeHash, 4, size, 4});
    const unsigned array = *maps_.create({kMapTypeArray, 4, size, 4});
    const Bytes value = number(0x12345678 + size, size), other(size, 0xa5);
    const auto made = make({update(number(0), other, 0, hash), update(number(1), value, 0, hash),
                            update(number(2), other, 0, hash), lookup(number(1), hash),
                            update(number(0), other, 0, array), update(number(1), value, 0, array),
                            update(number(2), other, 0, array), lookup(number(1), array)});
    EXPECT_EQ(head(made[3], size), value) << size;
    EXPECT_EQ(head(made[7], size), value) << size;
    EXPECT_EQ(maps_.lookup(hash, number(1)).value_or(Bytes{}), value) << size;
    EXPECT_EQ(maps_.lookup(array, number(1)).value_or(Bytes{}), value) << size;
    EXPECT_EQ(maps_.lookup(array, number(3)).value_or(Bytes{}), Bytes(size, 0)) << size;
  }
}

// Fewer buckets than keys that share their low hash bits: one chain, changed at its head, middle and end.
TEST_F(MapRoutines, WalkLongChains) {
  ASSERT_TRUE(maps_.create({kMapTypeHash, 4, 4, 64}));
  std::vector<uint32_t> chain;
  for (uint32_t i = 0; chain.size() < 24; ++i) {
    const uint32_t key[] = {i};
    if ((firmware::map_hash(key) & (63 * 4)) == 0) chain.push_back(i);
  }
  std::vector<Call> calls;
  for (const uint32_t key : chain) calls.push_back(update(number(key), number(key + 1), 1));
  EXPECT_THAT(errors(make_apart(calls)), testing::Each(0));
  for (const size_t gone : {size_t{23}, size_t{0}, size_t{11}, size_t{12}}) {
    EXPECT_THAT(errors(make({remove(number(chain[gone])), remove(number(chain[gone]))})),
                testing::ElementsAre(0, ENOENT));
    chain[gone] = ~0u;
  }
  for (const uint32_t key : chain) {
    const auto made = make({lookup(number(key))});
    EXPECT_EQ(head(made[0], 4), key == ~0u ? Bytes{} : number(key + 1));
  }
}

TEST_F(MapRoutines, FillAMapToItsLimitAndNoFurther) {
  const uint32_t limit = 100;
  ASSERT_TRUE(maps_.create({kMapTypeHash, 8, 8, limit}));
  std::vector<Call> calls;
  for (uint32_t i = 0; i < limit + 5; ++i) calls.push_back(update(number(i, 8), number(i, 8)));
  const auto made = make_apart(calls);
  for (uint32_t i = 0; i < made.size(); ++i) EXPECT_EQ(made[i].error(), i < limit ? 0 : E2BIG);
  EXPECT_THAT(errors(make({remove(number(3, 8)), update(number(200, 8), number(1, 8)),
                           update(number(201, 8), number(1, 8))})),
              testing::ElementsAre(0, 0, E2BIG));
}

// One packet removes and inserts: its removed entries wait for its end, so the slack is all that it has.
TEST_F(MapRoutines, ReuseNoEntryBeforeThePacketsOfItsRemovalAreGone) {
  ASSERT_TRUE(maps_.create({kMapTypeHash, 4, 4, 1}));
  const auto spend = [&](int rounds) {
    std::vector<Call> calls;
    for (int i = 0; i < rounds; ++i) {
      calls.push_back(update(number(1), number(1)));
      calls.push_back(remove(number(1)));
    }
    return errors(make(calls));
  };
  const uint32_t total = 1 + firmware::layout::slack_entries;
  for (uint32_t used = 0; used + 10 <= total; used += 10) EXPECT_THAT(spend(10), testing::Each(0));
  // 5 entries were never used; those of earlier packets may be used again, those of this packet not.
  for (int i = 0; i < 30; ++i) EXPECT_THAT(spend(10), testing::Each(0));

  const uint64_t address = firmware::descriptor_word(1, firmware::desc::pop);
  const uint32_t taken = base::byte_swap(memory_.read32(address));
  EXPECT_EQ(taken, 295u);
}

TEST_F(MapRoutines, RunOutOfEntriesWhenNoneIsPastItsGracePeriod) {
  ASSERT_TRUE(maps_.create({kMapTypeHash, 4, 4, 1}));
  // As if all but 3 entries were in use.
  ASSERT_TRUE(
      memory_.write32(firmware::descriptor_word(1, firmware::desc::fresh), base::byte_swap(3u)));
  std::vector<Call> calls;
  for (int i = 0; i < 4; ++i) {
    calls.push_back(update(number(1), number(1)));
    calls.push_back(remove(number(1)));
  }
  calls.push_back(update(number(1), number(1)));
  EXPECT_THAT(errors(make(calls)), testing::ElementsAre(0, 0, 0, 0, 0, 0, ENOMEM, ENOENT, ENOMEM));
  EXPECT_THAT(errors(make({update(number(1), number(1)), update(number(1), number(2), 1)})),
              testing::ElementsAre(0, EEXIST));
}

TEST_F(MapRoutines, CompareSequenceNumbersAcrossTheWrap) {
  options_.first_sequence = 0xfffffffe;
  ASSERT_TRUE(maps_.create({kMapTypeHash, 4, 4, 1}));
  ASSERT_TRUE(
      memory_.write32(firmware::descriptor_word(1, firmware::desc::fresh), base::byte_swap(1u)));
  for (int i = 0; i < 6; ++i) {
    EXPECT_THAT(errors(make({update(number(1), number(1)), remove(number(1)),
                             update(number(1), number(1))})),
                testing::ElementsAre(0, 0, ENOMEM));
  }
}

TEST_F(MapRoutines, HashAsTheHostDoes) {
  base::Rng rng(11);
  for (uint32_t words = 1; words <= 14; ++words) {
    const uint32_t size = words * 4 - static_cast<uint32_t>(rng.below(4));
    const unsigned table = *maps_.create({kMapTypeHash, size, 8, 4096});
    std::vector<std::vector<Call>> packets;
    for (int i = 0; i < 40; ++i) {
      Bytes key(size);
      for (uint8_t& byte : key) byte = static_cast<uint8_t>(rng.next());
      ASSERT_EQ(maps_.update(table, key, number(static_cast<uint32_t>(i), 8), 0), MapStatus::kOk);
      packets.push_back({lookup(key, table)});
    }
    const auto outcome = map_calls::call(memory_, packets, options_);
    EXPECT_THAT(outcome.troubles, IsEmpty());
    for (uint32_t i = 0; i < packets.size(); ++i) {
      EXPECT_EQ(head(outcome.packets[i][0], 8), number(i, 8)) << size;
    }
  }
}

}  // namespace
