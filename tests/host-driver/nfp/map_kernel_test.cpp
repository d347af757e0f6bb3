// Random streams of map operations through the driver, compared one by one with a map of the running kernel.
// SPDX-License-Identifier: Apache-2.0
//
// MILLRACE_MAP_OPERATIONS says how many per type.
#include <gmock/gmock.h>
#include <linux/bpf.h>

#include <cerrno>
#include <cstdlib>

#include "base/rng.h"
#include "tests/host-driver/nfp/driver_harness.h"
#include "tests/support/kernel_bpf.h"
#include "tests/support/kernel_maps.h"
#include "tests/support/kernel_oracle.h"

namespace {

using harness::Bytes;
using harness::Driver;
using host::nfp::Map;
using host::nfp::MapShape;
using test_support::KernelMaps;

constexpr unsigned kDefaultOperations = 4000;

unsigned operations() {
  const char* text = std::getenv("MILLRACE_MAP_OPERATIONS");
  return text == nullptr ? kDefaultOperations
                         : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

class NfpMapsAndKernel : public testing::TestWithParam<MapShape> {
 protected:
  void SetUp() override {
    const test_support::KernelAvailability kernel = test_support::kernel_availability();
    if (!kernel.usable && kernel.must_fail) FAIL() << kernel.reason;
    if (!kernel.usable) GTEST_SKIP() << kernel.reason;
    const MapShape& shape = GetParam();
    ebpf::MapDef def;
    def.name = "twin";
    def.type = shape.type;
    def.key_bytes = shape.key_bytes;
    def.value_bytes = shape.value_bytes;
    def.max_entries = shape.max_entries;
    auto maps = KernelMaps::create({def});
    ASSERT_TRUE(maps) << maps.error().text();
    kernel_ = *maps;
    ASSERT_EQ(driver_.alloc(shape, map_), 0) << driver_.last_log();
    if (!shape.is_mappable) return;
    constexpr size_t kBytes = 1u << 16;
    ASSERT_EQ(driver_.maps().share(*map_, std::make_shared<uint8_t[]>(kBytes), kBytes), 0);
  }

  int kernel_element(bpf_cmd command, const Bytes& key, Bytes& out) {
    bpf_attr attr = test_support::empty_attr();
    attr.map_fd = static_cast<uint32_t>(kernel_->fd(0));
    attr.key = key.empty() ? 0 : test_support::address_of(key.data());
    attr.value = test_support::address_of(out.data());  // next_key is the same member
    return test_support::bpf(command, &attr);
  }

  // Few different keys, so that operations meet.
  Bytes random_key() {
    const MapShape& shape = GetParam();
    Bytes key(shape.key_bytes, 0);
    const uint64_t number = rng_.below(shape.max_entries + shape.max_entries / 4 + 2);
    for (size_t i = 0; i < key.size() && i < 4; ++i) key[i] = static_cast<uint8_t>(number >> 8 * i);
    if (key.size() > 8) key.back() = static_cast<uint8_t>(number);
    return key;
  }
  Bytes random_value() {
    Bytes value(GetParam().value_bytes);
    for (uint8_t& byte : value) byte = static_cast<uint8_t>(rng_.next());
    return value;
  }

  void compare_one() {
    const Bytes key = random_key();
    switch (rng_.below(8)) {
      case 0:
      case 1:
      case 2: {
        const Bytes value = random_value();
        const uint64_t flags = rng_.below(5) == 0 ? rng_.below(4) : 0;
        ASSERT_EQ(driver_.maps().update(*map_, key, value, flags),
                  kernel_->update(0, key, value, flags));
        return;
      }
      case 3:
      case 4:
        ASSERT_EQ(driver_.maps().remove(*map_, key), kernel_->remove(0, key));
        return;
      case 5: {
        // In which order a hash map is walked is its own choice, so only compare_all() walks one to its end.
        if (GetParam().type != BPF_MAP_TYPE_ARRAY) return compare_first();
        Bytes ours(key.size()), theirs(key.size());
        const int error = driver_.maps().next_key(*map_, key, ours);
        ASSERT_EQ(error, kernel_element(BPF_MAP_GET_NEXT_KEY, key, theirs));
        if (error == 0) {
          ASSERT_EQ(ours, theirs);
        }
        return;
      }
      default: {
        Bytes ours(GetParam().value_bytes), theirs((GetParam().value_bytes + 7) / 8 * 8);
        const int error = driver_.maps().lookup(*map_, key, ours);
        ASSERT_EQ(error, kernel_element(BPF_MAP_LOOKUP_ELEM, key, theirs));
        theirs.resize(ours.size());
        if (error == 0) {
          ASSERT_EQ(ours, theirs);
        }
      }
    }
  }

  void compare_first() {
    Bytes ours(GetParam().key_bytes), theirs(GetParam().key_bytes);
    ASSERT_EQ(driver_.maps().next_key(*map_, {}, ours),
              kernel_element(BPF_MAP_GET_NEXT_KEY, {}, theirs));
  }

  void compare_all() {
    test_support::Entries ours;
    const unsigned most = GetParam().max_entries + 1;
    driver_.maps().lookup_batch(*map_, {}, most, [&](auto key, auto value) {
      ours.emplace(Bytes(key.begin(), key.end()), Bytes(value.begin(), value.end()));
    });
    ASSERT_EQ(ours, kernel_->dump(0));
  }

  Driver driver_;
  std::unique_ptr<Map> map_;
  std::shared_ptr<KernelMaps> kernel_;
  base::Rng rng_{7};
};

TEST_P(NfpMapsAndKernel, AgreeOnEveryOperation) {
  const unsigned count = operations();
  for (unsigned i = 0; i < count; ++i) {
    compare_one();
    if (HasFatalFailure()) FAIL() << "operation " << i;
    if (i % 500 == 0) compare_all();
    if (HasFatalFailure()) FAIL() << "contents after operation " << i;
  }
  compare_all();
}

INSTANTIATE_TEST_SUITE_P(Hash, NfpMapsAndKernel,
                         testing::Values(MapShape{1, 4, 8, 32, 0}, MapShape{1, 5, 3, 100, 0},
                                         MapShape{1, 16, 40, 7, 0}, MapShape{1, 56, 1, 300, 0}));
INSTANTIATE_TEST_SUITE_P(Array, NfpMapsAndKernel,
                         testing::Values(MapShape{2, 4, 8, 32, 0}, MapShape{2, 4, 56, 5, 0},
                                         MapShape{2, 4, 3, 100, 0}, MapShape{2, 4, 8, 32, 0, true},
                                         MapShape{2, 4, 320, 1, 0, true}));

}  // namespace
