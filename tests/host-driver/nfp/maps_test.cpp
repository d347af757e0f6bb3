// Map offload of the driver: resource rules, operations, cache, byte order.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cerrno>
#include <map>

#include "base/bits.h"
#include "tests/host-driver/nfp/driver_harness.h"

namespace {

using firmware::WordUse;
using harness::Bytes;
using harness::bytes_of;
using harness::Driver;
using harness::get;
using harness::make;
using harness::put;
using host::nfp::Map;
using host::nfp::MapShape;
using testing::HasSubstr;

constexpr MapShape kHash{1, 4, 8, 64, 0}, kArray{2, 4, 8, 64, 0};

TEST(NfpMaps, RefusesWhatTheCardCannotHoldInTheDriversWords) {
  struct Case {
    MapShape shape;
    int error;
    const char* text;
  };
  const Case cases[] = {
      {{1, 4, 8, 64, 1}, -EINVAL, "NFP net bpf: map flags are not supported"},
      {{5, 4, 8, 64, 0}, -EOPNOTSUPP, "NFP net bpf: map type not supported"},
      {{99, 4, 8, 64, 0}, -EOPNOTSUPP, "NFP net bpf: map type not supported"},
      {{1, 4, 8, 3'072'001, 0}, -ENOMEM, "map with too many elements: 3072001, left: 3072000"},
      {{1, 40, 32, 64, 0},
       -ENOMEM,
       "map elements too large: 72, FW max element size (key+value): 64"},
      {{1, 57, 1, 64, 0}, -ENOMEM, "map elements too large: 72"},
  };
  Driver driver;
  for (const Case& wrong : cases) {
    std::unique_ptr<Map> map;
    EXPECT_EQ(driver.alloc(wrong.shape, map), wrong.error) << wrong.text;
    EXPECT_EQ(map, nullptr);
    EXPECT_THAT(driver.last_log(), HasSubstr(wrong.text));
  }
}

TEST(NfpMaps, CountsMapsAndElements) {
  Driver driver;
  std::vector<std::unique_ptr<Map>> maps;
  for (unsigned i = 0; i < 128; ++i) maps.push_back(make(driver, {2, 4, 8, 10, 0}));
  std::unique_ptr<Map> map;
  EXPECT_EQ(driver.alloc(kArray, map), -ENOMEM);
  EXPECT_THAT(driver.last_log(), HasSubstr("too many maps for a device"));
  EXPECT_EQ(driver.maps().elems_in_use(), 1280u);
  driver.maps().free(std::move(maps.back()));
  EXPECT_EQ(driver.maps().maps_in_use(), 127u);
  EXPECT_EQ(driver.alloc(kArray, map), 0);
}

TEST(NfpMaps, OperatesLikeAMap) {
  Driver driver;
  const auto map = make(driver, kHash);
  EXPECT_EQ(get(driver, *map, 1), ~uint64_t{0});
  EXPECT_EQ(put(driver, *map, 1, 11), 0);
  EXPECT_EQ(put(driver, *map, 1, 12, 1), -EEXIST);
  EXPECT_EQ(put(driver, *map, 2, 12, 2), -ENOENT);
  EXPECT_EQ(put(driver, *map, 2, 12, 3), -EINVAL);
  EXPECT_EQ(put(driver, *map, 2, 12, uint64_t{1} << 32), -EOPNOTSUPP);
  EXPECT_EQ(get(driver, *map, 1), 11u);
  EXPECT_EQ(driver.maps().remove(*map, bytes_of(1u)), 0);
  EXPECT_EQ(driver.maps().remove(*map, bytes_of(1u)), -ENOENT);
  for (uint32_t key = 0; key < 64; ++key) EXPECT_EQ(put(driver, *map, key, key), 0);
  EXPECT_EQ(put(driver, *map, 64, 1), -E2BIG);
  const auto array = make(driver, kArray);
  EXPECT_EQ(driver.maps().remove(*array, bytes_of(1u)), -EINVAL);
  EXPECT_EQ(get(driver, *array, 63), 0u);
  EXPECT_EQ(get(driver, *array, 64), ~uint64_t{0});
  EXPECT_EQ(put(driver, *array, 64, 1), -E2BIG);
}

std::map<uint32_t, uint64_t> dump(Driver& driver, Map& map) {
  std::map<uint32_t, uint64_t> entries;
  Bytes key, next(4);
  while (driver.maps().next_key(map, key, next) == 0) {
    key = next;
    const auto number = base::load_le<uint32_t>(key.data());
    EXPECT_TRUE(entries.emplace(number, get(driver, map, number)).second) << "met twice";
  }
  return entries;
}

TEST(NfpMaps, DumpsThroughTheCacheWithAQuarterOfTheMessages) {
  Driver driver;
  const auto map = make(driver, kHash);
  for (uint32_t key = 0; key < 40; ++key) EXPECT_EQ(put(driver, *map, key, key * 3), 0);
  const uint64_t before = driver.device->ccm().counters().sent;
  const auto cached = dump(driver, *map);
  const uint64_t with_cache = driver.device->ccm().counters().sent - before;
  EXPECT_EQ(cached.size(), 40u);
  for (const auto& [key, value] : cached) EXPECT_EQ(value, key * 3);
  EXPECT_EQ(with_cache, 11u)
      << "ten replies of four entries, and the one that says that there are no more";
  driver.maps().cache_enabled = false;
  EXPECT_EQ(dump(driver, *map), cached);
  EXPECT_EQ(driver.device->ccm().counters().sent - before - with_cache, 81u);
}

TEST(NfpMaps, ForgetsTheCacheAfter250usAndAtEveryChange) {
  Driver driver;
  const auto map = make(driver, kHash);
  for (uint32_t key = 0; key < 8; ++key) EXPECT_EQ(put(driver, *map, key, key), 0);
  const auto sent = [&] { return driver.device->ccm().counters().sent; };
  Bytes first(4);
  EXPECT_EQ(driver.maps().next_key(*map, {}, first), 0);
  const auto key = base::load_le<uint32_t>(first.data());
  uint64_t before = sent();
  EXPECT_EQ(get(driver, *map, key), key);
  EXPECT_EQ(sent(), before) << "from the cache";
  driver.port->run_until(driver.port->now_ps() + 251'000'000);
  EXPECT_EQ(get(driver, *map, key), key);
  EXPECT_EQ(sent(), before + 1) << "from the card";
  EXPECT_EQ(driver.maps().next_key(*map, {}, first), 0);
  EXPECT_EQ(put(driver, *map, key, 99), 0);
  before = sent();
  EXPECT_EQ(get(driver, *map, key), 99u);
  EXPECT_EQ(sent(), before + 1);
}

TEST(NfpMaps, SwapsWordsThatProgramsUseAtomically) {
  Driver driver;
  const auto map = make(driver, kHash);
  std::string why;
  EXPECT_TRUE(driver.maps().claim_use(*map, std::vector{WordUse::kAtomic, WordUse::kRead}, why));
  EXPECT_EQ(put(driver, *map, 1, 0x1122334455667788), 0);
  EXPECT_EQ(get(driver, *map, 1), 0x1122334455667788u);
  const auto raw = driver.card->control().tables().tables().lookup(map->table, bytes_of(1u));
  ASSERT_TRUE(raw);
  EXPECT_EQ(base::load_be<uint32_t>(raw->data()), 0x55667788u) << "the memory unit's order";
  EXPECT_EQ(base::load_le<uint32_t>(raw->data() + 4), 0x11223344u);
}

TEST(NfpMaps, RefusesUsesThatContradictEachOther) {
  Driver driver;
  const auto map = make(driver, kHash);
  std::string why;
  EXPECT_EQ(put(driver, *map, 1, uint64_t{7} << 32), 0);
  EXPECT_FALSE(driver.maps().claim_use(*map, std::vector{WordUse::kUnused, WordUse::kAtomic}, why));
  EXPECT_EQ(why, "atomic counter in map value may already be initialized to non-zero value off: 4");
  EXPECT_TRUE(driver.maps().claim_use(*map, std::vector{WordUse::kAtomic, WordUse::kRead}, why));
  EXPECT_FALSE(driver.maps().claim_use(*map, std::vector{WordUse::kRead, WordUse::kRead}, why));
  EXPECT_EQ(why, "map value use type conflict atomic vs read off: 0");
}

TEST(NfpMaps, HasSlotsOfTheLargestKeyAndValueUnderAbi3) {
  Driver driver;
  EXPECT_EQ(driver.device->capabilities().abi(), 3u);
  EXPECT_EQ(driver.device->capabilities().slots().key_bytes, 56u);
  EXPECT_EQ(driver.device->capabilities().slots().value_bytes, 56u);
  const auto map = make(driver, {1, 56, 8, 4, 0});
  EXPECT_EQ(driver.maps().update(*map, Bytes(56, 1), Bytes(8, 2), 0), 0);
  Bytes value(8);
  EXPECT_EQ(driver.maps().lookup(*map, Bytes(56, 1), value), 0);
  EXPECT_EQ(value, Bytes(8, 2));
}

TEST(NfpMaps, WorksWithSlotsOfAbi2) {
  Driver driver("public");
  EXPECT_EQ(driver.device->capabilities().slots().entry_bytes(), 128u);
  const auto map = make(driver, {1, 8, 56, 64, 0});
  EXPECT_EQ(driver.maps().update(*map, Bytes(8, 1), Bytes(56, 2), 0), 0);
  Bytes value(56);
  EXPECT_EQ(driver.maps().lookup(*map, Bytes(8, 1), value), 0);
  EXPECT_EQ(value, Bytes(56, 2));
}

}  // namespace
