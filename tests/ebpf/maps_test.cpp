// HASH and ARRAY maps give the kernel's results, by hand and against the kernel.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/maps.h"

#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <cerrno>

#include "base/bits.h"
#include "base/rng.h"
#include "tests/ebpf/asm.h"
#include "tests/ebpf/harness.h"
#include "tests/support/kernel_oracle.h"

namespace ebpf_test {
namespace {

using ebpf::Map;
using test_support::KernelOracle;

Bytes le32(uint32_t value) {
  Bytes bytes(4);
  base::store_le(bytes.data(), value);
  return bytes;
}

std::unique_ptr<Map> make(uint32_t type, uint32_t key, uint32_t value, uint32_t entries) {
  auto map = Map::create(map_def("m", type, key, value, entries));
  EXPECT_TRUE(map) << map.error().text();
  return std::move(*map);
}

KernelOracle::Entries entries_of(const Map& map) {
  KernelOracle::Entries entries;
  map.for_each([&](auto key, auto value) {
    entries.emplace(Bytes(key.begin(), key.end()), Bytes(value.begin(), value.end()));
  });
  return entries;
}

TEST(Maps, HashFollowsTheFlags) {
  const auto map = make(BPF_MAP_TYPE_HASH, 4, 4, 2);
  EXPECT_EQ(map->lookup(le32(1)), nullptr);
  EXPECT_EQ(map->update(le32(1), le32(10), BPF_EXIST), -ENOENT);
  EXPECT_EQ(map->update(le32(1), le32(10), BPF_NOEXIST), 0);
  EXPECT_EQ(map->update(le32(1), le32(11), BPF_NOEXIST), -EEXIST);
  EXPECT_EQ(map->update(le32(1), le32(11), BPF_EXIST), 0);
  EXPECT_EQ(map->update(le32(1), le32(11), 3), -EINVAL);
  EXPECT_EQ(map->update(le32(2), le32(20), BPF_ANY), 0);
  EXPECT_EQ(map->update(le32(3), le32(30), BPF_ANY), -E2BIG);
  EXPECT_EQ(map->update(le32(2), le32(21), BPF_ANY), 0);
  EXPECT_EQ(map->remove(le32(1)), 0);
  EXPECT_EQ(map->remove(le32(1)), -ENOENT);
  EXPECT_EQ(map->update(le32(3), le32(30), BPF_ANY), 0);
  EXPECT_EQ(entries_of(*map), (KernelOracle::Entries{{le32(2), le32(21)}, {le32(3), le32(30)}}));
}

TEST(Maps, ArrayHasAllEntriesFromTheStart) {
  const auto map = make(BPF_MAP_TYPE_ARRAY, 4, 4, 3);
  ASSERT_NE(map->lookup(le32(2)), nullptr);
  EXPECT_EQ(*map->lookup(le32(2)), 0);
  EXPECT_EQ(map->lookup(le32(3)), nullptr);
  EXPECT_EQ(map->update(le32(3), le32(1), BPF_ANY), -E2BIG);
  EXPECT_EQ(map->update(le32(1), le32(1), BPF_NOEXIST), -EEXIST);
  EXPECT_EQ(map->update(le32(3), le32(1), BPF_NOEXIST), -E2BIG);
  EXPECT_EQ(map->update(le32(1), le32(7), BPF_EXIST), 0);
  EXPECT_EQ(map->update(le32(1), le32(7), 3), -EINVAL);
  EXPECT_EQ(map->remove(le32(1)), -EINVAL);
  EXPECT_EQ(entries_of(*map),
            (KernelOracle::Entries{{le32(0), le32(0)}, {le32(1), le32(7)}, {le32(2), le32(0)}}));
  map->clear();
  EXPECT_EQ(*map->lookup(le32(1)), 0);
}

TEST(Maps, VisitsInOrder) {
  const auto hash = make(BPF_MAP_TYPE_HASH, 4, 4, 1000);
  for (uint32_t i = 0; i < 1000; ++i) hash->update(le32(i * 77777), le32(i), BPF_ANY);
  Bytes previous;
  size_t visited = 0;
  hash->for_each([&](auto key, auto) {
    const Bytes now(key.begin(), key.end());
    EXPECT_TRUE(std::ranges::lexicographical_compare(previous, now));
    previous = now;
    ++visited;
  });
  EXPECT_EQ(visited, 1000u);
  const auto array = make(BPF_MAP_TYPE_ARRAY, 4, 8, 600);
  uint32_t index = 0;
  array->for_each([&](auto key, auto) { EXPECT_EQ(base::load_le<uint32_t>(key.data()), index++); });
  EXPECT_EQ(index, 600u);
}

TEST(Maps, AddressesStayWhileTheEntryLives) {
  const auto map = make(BPF_MAP_TYPE_HASH, 4, 8, 10000);
  map->update(le32(0), Bytes(8, 0xab), BPF_ANY);
  const uint8_t* value = map->lookup(le32(0));
  for (uint32_t i = 1; i < 10000; ++i) map->update(le32(i), Bytes(8), BPF_ANY);
  EXPECT_EQ(map->lookup(le32(0)), value);
  EXPECT_EQ(*value, 0xab);
}

TEST(Maps, RefusesKeysAndValuesOfOtherSizes) {
  const auto map = make(BPF_MAP_TYPE_HASH, 4, 4, 2);
  EXPECT_EQ(map->lookup(Bytes(3)), nullptr);
  EXPECT_EQ(map->update(Bytes(5), le32(0), BPF_ANY), -EINVAL);
  EXPECT_EQ(map->update(le32(0), Bytes(5), BPF_ANY), -EINVAL);
  EXPECT_EQ(map->remove(Bytes(3)), -EINVAL);
}

TEST(Maps, RefusesDefinitionsWithOneMessage) {
  const auto error = [](const ebpf::MapDef& def) {
    const auto map = Map::create(def);
    return map ? std::string("created") : map.error().text();
  };
  EXPECT_EQ(error(map_def("m", 4, 4, 4, 1)), "map m: type 4, allowed are hash (1) and array (2)");
  EXPECT_EQ(error(map_def("m", 1, 0, 4, 1)), "map m: key size is 0, allowed is 1..512");
  EXPECT_EQ(error(map_def("m", 1, 513, 4, 1)), "map m: key size is 513, allowed is 1..512");
  EXPECT_EQ(error(map_def("m", 1, 4, 0, 1)), "map m: value size is 0, allowed is 1..4194304");
  EXPECT_EQ(error(map_def("m", 2, 8, 4, 1)), "map m: key size of an array is 8, allowed is 4");
  EXPECT_EQ(error(map_def("m", 2, 4, 4, 0)), "map m: max_entries is 0, allowed is 1..67108864");
  EXPECT_EQ(error(map_def("m", 2, 4, 4, ~0u)),
            "map m: max_entries is 4294967295, allowed is 1..67108864");
  EXPECT_EQ(error(map_def("m", 2, 4, 1 << 20, 1 << 20)),
            "map m: size in bytes of all values is 1099511627776, allowed is 1..4294967296");
  ebpf::MapDef initial = map_def("m", 2, 4, 4, 1);
  initial.initial = Bytes(5);
  EXPECT_EQ(error(initial), "map m: initial value of 5 bytes, allowed are 4");
}

TEST(Maps, HugeArraysTakeMemoryOnlyWhenUsed) {
  const auto map = make(BPF_MAP_TYPE_ARRAY, 4, 8, Map::kMaxEntries);
  ASSERT_NE(map->lookup(le32(Map::kMaxEntries - 1)), nullptr);
}

using KernelMaps = KernelTest;

void compare_random_script(const ebpf::MapDef& def, uint64_t seed) {
  const auto map = Map::create(def);
  auto kernel = KernelOracle::load(xdp({mov(0, 2), exit_insn()}, {def}));
  ASSERT_TRUE(map && kernel);
  base::Rng rng(seed);
  for (int i = 0; i < 2000; ++i) {
    const Bytes key = le32(static_cast<uint32_t>(rng.below(def.max_entries + 3)));
    const Bytes value = le32(static_cast<uint32_t>(rng.next()));
    if (rng.below(3) == 0) {
      ASSERT_EQ((*map)->remove(key), kernel->remove(0, key)) << "step " << i;
    } else {
      const uint64_t flags = rng.below(6);
      ASSERT_EQ((*map)->update(key, value, flags), kernel->update(0, key, value, flags))
          << "step " << i;
    }
  }
  EXPECT_EQ(entries_of(**map), kernel->dump(0));
}

TEST_F(KernelMaps, HashAgreesWithTheKernel) {
  compare_random_script(map_def("m", BPF_MAP_TYPE_HASH, 4, 4, 20), 1);
}
TEST_F(KernelMaps, ArrayAgreesWithTheKernel) {
  compare_random_script(map_def("m", BPF_MAP_TYPE_ARRAY, 4, 4, 20), 2);
}

}  // namespace
}  // namespace ebpf_test
