// Calls made at random, and what must hold of the answers.
// SPDX-License-Identifier: Apache-2.0
#include "tests/firmware/map_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <map>

#include "base/bits.h"
#include "base/rng.h"
#include "fpc/firmware/map_layout.h"
#include "fpc/firmware/map_table.h"
#include "tests/firmware/map_calls.h"

namespace {

using firmware::kMapTypeHash;
using firmware::MapStatus;
using firmware::MapTable;
using map_calls::Call;
using map_calls::Operation;
using testing::IsEmpty;
using Bytes = std::vector<uint8_t>;

constexpr size_t kKeyBytes = 13, kValueBytes = 12;

// All words of a value name the key that it belongs to; the middle one is free.
Bytes key_bytes(uint32_t key) {
  Bytes bytes(kKeyBytes, static_cast<uint8_t>(key));
  base::store_le(bytes.data(), key);
  return bytes;
}
Bytes value_bytes(uint32_t key, uint32_t free) {
  Bytes bytes(kValueBytes);
  base::store_le(&bytes[0], key);
  base::store_le(&bytes[4], free);
  base::store_le(&bytes[8], ~key);
  return bytes;
}

Call random_call(base::Rng& rng, uint32_t keys) {
  Call call;
  const uint64_t kind = rng.below(10);
  call.operation = kind < 4   ? Operation::kLookup
                   : kind < 7 ? Operation::kUpdate
                              : Operation::kDelete;
  const auto key = static_cast<uint32_t>(rng.below(keys));
  call.key = key_bytes(key);
  call.value = value_bytes(key, static_cast<uint32_t>(rng.next()));
  call.key_offset = static_cast<unsigned>(4 * rng.below(60));
  if (call.operation == Operation::kUpdate) call.flags = rng.below(3);
  return call;
}

std::vector<std::vector<Call>> random_packets(uint64_t seed, size_t calls, size_t per_packet,
                                              uint32_t keys) {
  base::Rng rng(seed);
  std::vector<std::vector<Call>> packets;
  for (size_t made = 0; made < calls; made += per_packet) {
    packets.emplace_back();
    for (size_t i = 0; i < per_packet; ++i) packets.back().push_back(random_call(rng, keys));
  }
  return packets;
}

// What a map of at most `limit` entries answers to the calls one after another.
class Model {
 public:
  explicit Model(size_t limit) : limit_(limit) {}

  int error(const Call& call) {
    const auto key = base::load_le<uint32_t>(call.key.data());
    const bool present = values_.contains(key);
    if (call.operation == Operation::kDelete) return values_.erase(key) != 0 ? 0 : ENOENT;
    if (present && call.flags == 1) return EEXIST;
    if (!present && call.flags == 2) return ENOENT;
    if (!present && values_.size() == limit_) return E2BIG;
    values_[key] = base::load_le<uint32_t>(&call.value[4]);
    return 0;
  }
  const std::map<uint32_t, uint32_t>& values() const { return values_; }

 private:
  size_t limit_;
  std::map<uint32_t, uint32_t> values_;
};

struct Balance {
  int inserted = 0, deleted = 0;
};

std::map<uint32_t, uint32_t> contents(const MapTable& maps) {
  std::map<uint32_t, uint32_t> found;
  maps.for_each(1, [&](auto key, auto value) {
    const auto n = base::load_le<uint32_t>(key.data());
    EXPECT_TRUE(found.emplace(n, base::load_le<uint32_t>(&value[4])).second) << "twice " << n;
    EXPECT_EQ(base::load_le<uint32_t>(&value[0]), n);
  });
  return found;
}

void check_answer(const Call& call, bool enough_memory) {
  if (call.operation == Operation::kDelete) {
    EXPECT_THAT(call.error(), testing::AnyOf(0, ENOENT));
  } else if (call.operation == Operation::kUpdate && call.flags == 1) {
    EXPECT_THAT(call.error(), testing::AnyOf(0, EEXIST, E2BIG, enough_memory ? 0 : ENOMEM));
  } else if (call.operation == Operation::kUpdate) {
    EXPECT_THAT(call.error(), testing::AnyOf(0, ENOENT));
  } else if (call.r0 != 0) {
    const auto key = base::load_le<uint32_t>(call.key.data());
    EXPECT_EQ(base::load_le<uint32_t>(&call.found[0]), key);
    EXPECT_EQ(base::load_le<uint32_t>(&call.found[8]), ~key);
  }
}

void add_to(Balance& balance, const Call& call) {
  const bool changed = call.operation != Operation::kLookup && call.error() == 0;
  if (changed && call.operation == Operation::kDelete) ++balance.deleted;
  if (changed && call.flags == 1) ++balance.inserted;
}

}  // namespace

namespace map_checks {

void compare_with_model(uint64_t seed, size_t calls) {
  constexpr uint32_t kLimit = 90, kKeys = 120;
  fpc::ByteStore memory;
  MapTable maps(memory);
  ASSERT_TRUE(maps.create({kMapTypeHash, kKeyBytes, kValueBytes, kLimit}));
  harness::Options options;
  options.slots = 1;
  options.seed = seed;
  const auto outcome = map_calls::call(memory, random_packets(seed, calls, 10, kKeys), options);
  ASSERT_THAT(outcome.troubles, IsEmpty());
  Model model(kLimit);
  for (const auto& packet : outcome.packets) {
    for (const Call& call : packet) {
      if (call.operation == Operation::kLookup) {
        const auto at = model.values().find(base::load_le<uint32_t>(call.key.data()));
        ASSERT_EQ(call.r0 != 0, at != model.values().end());
        if (call.r0 == 0) continue;
        ASSERT_EQ(base::load_le<uint32_t>(&call.found[4]), at->second);
      } else {
        ASSERT_EQ(call.error(), model.error(call));
      }
    }
  }
  EXPECT_EQ(contents(maps), model.values());
}

void check_interleaved(const Crowd& crowd) {
  fpc::ByteStore memory;
  MapTable maps(memory);
  ASSERT_TRUE(maps.create({kMapTypeHash, kKeyBytes, kValueBytes, crowd.limit}));
  ASSERT_TRUE(memory.write32(firmware::descriptor_word(1, firmware::desc::fresh),
                             base::byte_swap(crowd.limit + crowd.spare)));
  auto packets = random_packets(crowd.seed, crowd.calls, 4, crowd.keys);
  for (auto& packet : packets) {
    for (Call& call : packet) {
      if (call.operation == Operation::kUpdate) call.flags = 1 + (call.flags & 1);
    }
  }
  harness::Options options;
  options.cores = crowd.cores;
  options.seed = crowd.seed;
  options.stall_actions = crowd.stall_actions;
  const auto outcome = map_calls::call(memory, std::move(packets), options);
  ASSERT_THAT(outcome.troubles, IsEmpty());

  std::map<uint32_t, Balance> balances;
  for (const auto& packet : outcome.packets) {
    for (const Call& call : packet) {
      check_answer(call, crowd.spare == firmware::layout::slack_entries);
      add_to(balances[base::load_le<uint32_t>(call.key.data())], call);
    }
  }
  const auto found = contents(maps);
  EXPECT_LE(found.size(), crowd.limit);
  for (const auto& [key, balance] : balances) {
    EXPECT_EQ(balance.inserted - balance.deleted, static_cast<int>(found.count(key))) << key;
  }
  const uint32_t credits =
      base::byte_swap(memory.read32(firmware::descriptor_word(1, firmware::desc::credits)));
  EXPECT_EQ(found.size() + credits, crowd.limit);
}

void count_together(unsigned cores, size_t packets_count) {
  fpc::ByteStore memory;
  MapTable maps(memory);
  ASSERT_TRUE(maps.create({kMapTypeHash, kKeyBytes, kValueBytes, 8}));
  const Bytes zero(kValueBytes, 0);
  std::vector<std::vector<Call>> packets;
  for (size_t i = 0; i < packets_count; ++i) {
    const Bytes key = key_bytes(static_cast<uint32_t>(i % 8));
    packets.push_back({{Operation::kUpdate, 1, 1, key, zero}, {Operation::kAdd, 1, 0, key, {}}});
  }
  harness::Options options;
  options.cores = cores;
  const auto outcome = map_calls::call(memory, std::move(packets), options);
  ASSERT_THAT(outcome.troubles, IsEmpty());
  for (uint32_t i = 0; i < 8; ++i) {
    const Bytes value = maps.lookup(1, key_bytes(i)).value_or(Bytes(kValueBytes));
    EXPECT_EQ(base::load_be<uint32_t>(value.data()), packets_count / 8) << i;
  }
}

}  // namespace map_checks
