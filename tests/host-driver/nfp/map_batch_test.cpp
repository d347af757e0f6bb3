// Many entries with one call: messages, order, errors.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cerrno>
#include <map>

#include "base/bits.h"
#include "tests/host-driver/nfp/driver_harness.h"

namespace {

using harness::Batch;
using harness::bytes_of;
using harness::Driver;
using harness::get;
using harness::make;
using harness::put;
using host::nfp::MapShape;

constexpr MapShape kHash{1, 4, 8, 64, 0}, kArray{2, 4, 8, 64, 0};

TEST(NfpMaps, MovesManyEntriesWithOneCall) {
  Driver driver;
  const auto map = make(driver, kHash);
  Batch batch;  // whose last ten change the first ten again
  for (uint32_t key = 0; key < 60; ++key) batch.add(key % 50, key);
  size_t done = 0;
  EXPECT_EQ(driver.maps().update_batch(*map, batch.views(), 0, done), 0);
  EXPECT_EQ(done, 60u);
  std::map<uint32_t, uint64_t> seen;
  const int end = driver.maps().lookup_batch(*map, {}, 1000, [&](auto key, auto value) {
    seen[base::load_le<uint32_t>(key.data())] = base::load_le<uint64_t>(value.data());
  });
  EXPECT_EQ(end, -ENOENT);
  EXPECT_EQ(seen.size(), 50u);
  for (const auto& [key, value] : seen) EXPECT_EQ(value, key < 10 ? key + 50 : key);
  EXPECT_EQ(driver.maps().update_batch(*map, batch.views().first(3), 1, done), -EEXIST);
  EXPECT_EQ(done, 0u);
}

TEST(NfpMaps, SendsManyChangesWithAMessageToAFirmwareThatKnowsThem) {
  for (const auto& [profile, at_once] : {std::pair("full", 13u), std::pair("public", 1u)}) {
    Driver driver(profile);
    ASSERT_EQ(driver.device->capabilities().offered.multi_change, at_once > 1);
    const auto map = make(driver, kHash);
    Batch batch;
    for (uint32_t key = 0; key < 60; ++key) batch.add(key, key);
    const auto sent = [&] { return driver.device->ccm().counters().sent; };
    const unsigned messages = (60 + at_once - 1) / at_once;
    uint64_t before = sent();
    size_t done = 0;
    EXPECT_EQ(driver.maps().update_batch(*map, batch.views(), 0, done), 0);
    EXPECT_EQ(done, 60u);
    EXPECT_EQ(sent() - before, messages);
    before = sent();
    EXPECT_EQ(driver.maps().delete_batch(*map, batch.views(), done), 0);
    EXPECT_EQ(done, 60u);
    EXPECT_EQ(sent() - before, messages);
    EXPECT_EQ(get(driver, *map, 7), ~uint64_t{0});
  }
}

TEST(NfpMaps, EndsABatchWithItsFirstError) {
  for (const char* profile : {"full", "public"}) {
    Driver driver(profile);
    const auto map = make(driver, kHash);
    for (const uint32_t missing : {5u, 13u, 20u}) {
      Batch batch;
      for (uint32_t key = 0; key < 26; ++key) batch.add(key, missing);
      size_t done = 0;
      ASSERT_EQ(driver.maps().update_batch(*map, batch.views(), 0, done), 0);
      ASSERT_EQ(driver.maps().remove(*map, bytes_of(missing)), 0);
      EXPECT_EQ(driver.maps().update_batch(*map, batch.views(), 2, done), -ENOENT);
      EXPECT_EQ(done, missing);
      EXPECT_EQ(driver.maps().delete_batch(*map, batch.views(), done), -ENOENT);
      EXPECT_EQ(done, missing);
      EXPECT_EQ(get(driver, *map, 0), ~uint64_t{0});
    }
    const auto array = make(driver, kArray);
    Batch batch;
    for (const uint32_t key : {62u, 63u, 64u, 1u}) batch.add(key, 9);
    size_t done = 0;
    EXPECT_EQ(driver.maps().update_batch(*array, batch.views(), 0, done), -E2BIG);
    EXPECT_EQ(done, 2u);
    EXPECT_EQ(driver.maps().delete_batch(*array, batch.views(), done), -EINVAL);
    EXPECT_EQ(done, 0u);
  }
}

// What docs/maps.md says of the entries behind an error.
TEST(NfpMaps, MayDoTheThreeMessagesBehindAnError) {
  for (const char* profile : {"full", "public"}) {
    Driver driver(profile);
    const auto map = make(driver, {1, 4, 8, 200, 0});
    Batch batch;
    for (uint32_t key = 0; key < 200; ++key) batch.add(key, 1);
    ASSERT_EQ(put(driver, *map, 5, 2), 0);
    size_t done = 0;
    EXPECT_EQ(driver.maps().update_batch(*map, batch.views(), 1, done), -EEXIST);
    EXPECT_EQ(done, 5u);
    const bool is_multi = driver.device->capabilities().offered.multi_change;
    const uint32_t first = is_multi ? 13 : 6, end = is_multi ? 13 + 39 : 6 + 51;
    for (uint32_t key = 0; key < 200; ++key) {
      const bool is_done = key < 5 || (key >= first && key < end);
      EXPECT_EQ(get(driver, *map, key), key == 5 ? 2 : is_done ? 1 : ~uint64_t{0}) << key;
    }
  }
}

}  // namespace
