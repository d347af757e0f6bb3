// What mmap(2) on a descriptor of a map may do, here and in the running kernel.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/syscall/map_mapping.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <cerrno>
#include <string>

#include "base/shared_memory.h"
#include "base/unique_fd.h"
#include "tests/host-driver/lab.h"
#include "tests/support/kernel_oracle.h"

namespace host_test {
namespace {

constexpr uint64_t kPage = 4096;

struct Shape {
  const char* name;
  uint32_t type, value_bytes, entries, flags;
  bool is_frozen = false;
};
constexpr Shape kShapes[] = {
    {"hash", BPF_MAP_TYPE_HASH, 8, 4, 0},
    {"perf event array", BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 0},
    {"array", BPF_MAP_TYPE_ARRAY, 8, 4, 0},
    {"mappable array", BPF_MAP_TYPE_ARRAY, 8, 4, BPF_F_MMAPABLE},
    {"two pages", BPF_MAP_TYPE_ARRAY, 20, 200, BPF_F_MMAPABLE},
    {"frozen", BPF_MAP_TYPE_ARRAY, 8, 4, BPF_F_MMAPABLE, true},
    {"constant", BPF_MAP_TYPE_ARRAY, 8, 4, BPF_F_MMAPABLE | BPF_F_RDONLY_PROG},
    {"file for reading", BPF_MAP_TYPE_ARRAY, 8, 4, BPF_F_MMAPABLE | BPF_F_RDONLY},
    {"file for writing", BPF_MAP_TYPE_ARRAY, 8, 4, BPF_F_MMAPABLE | BPF_F_WRONLY},
};

bpf_attr attr_of(const Shape& shape) {
  bpf_attr attr = host::empty_attr();
  attr.map_type = shape.type;
  attr.key_size = 4;
  attr.value_size = shape.value_bytes;
  attr.max_entries = shape.entries;
  attr.map_flags = shape.flags;
  return attr;
}

TEST(MapMapping, AgreesWithTheRunningKernel) {
  const test_support::KernelAvailability available = test_support::kernel_availability();
  if (!available.usable && !available.must_fail) GTEST_SKIP() << available.reason;
  Lab lab;
  unsigned compared = 0;
  for (const Shape& shape : kShapes) {
    bpf_attr attr = attr_of(shape);
    const base::UniqueFd real(
        static_cast<int>(syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof attr)));
    ASSERT_TRUE(real) << shape.name << ": " << available.reason;
    const auto ours = static_cast<int>(lab.process.bpf(BPF_MAP_CREATE, &attr));
    ASSERT_GE(ours, 0) << shape.name;
    if (shape.is_frozen) {
      attr = host::empty_attr();
      attr.map_fd = static_cast<uint32_t>(real.get());
      ASSERT_EQ(syscall(SYS_bpf, BPF_MAP_FREEZE, &attr, sizeof attr), 0);
      attr.map_fd = static_cast<uint32_t>(ours);
      ASSERT_EQ(lab.process.bpf(BPF_MAP_FREEZE, &attr), 0);
    }
    const auto file = lab.process.caller().identify(ours);
    for (int protection = 0; protection < 8; ++protection) {
      for (const uint64_t bytes : {uint64_t{1}, kPage, kPage + 1, 2 * kPage, uint64_t{1} << 40}) {
        for (const uint64_t offset : {uint64_t{0}, kPage}) {
          void* const mapped =
              mmap(nullptr, bytes, protection, MAP_SHARED, real.get(), static_cast<off_t>(offset));
          const int expected = mapped == MAP_FAILED ? -errno : 0;
          if (expected == 0) munmap(mapped, bytes);
          EXPECT_EQ(host::check_mapping(*file, {bytes, offset, protection}), expected)
              << shape.name << ", protection " << protection << ", " << bytes << " bytes at "
              << offset;
          ++compared;
        }
      }
    }
    lab.process.close(ours);
  }
  EXPECT_EQ(compared, std::size(kShapes) * 80);
}

TEST(MapMapping, ShowsTheEntriesOfAnArrayOfTheHost) {
  Lab lab;
  bpf_attr attr = attr_of({"array", BPF_MAP_TYPE_ARRAY, 20, 4, BPF_F_MMAPABLE});
  const auto fd = static_cast<int>(lab.process.bpf(BPF_MAP_CREATE, &attr));
  ASSERT_GE(fd, 0);
  const host::ObjectRef object = lab.process.object(fd);
  const host::bpf_map& map = *std::get<host::MapRef>(object);
  uint32_t key = 2;
  uint8_t value[20] = {1, 2, 3};
  attr = host::empty_attr();
  attr.map_fd = static_cast<uint32_t>(fd);
  attr.key = host::address_of(&key);
  attr.value = host::address_of(value);
  ASSERT_EQ(lab.process.bpf(BPF_MAP_UPDATE_ELEM, &attr), 0);
  EXPECT_EQ(map.memory->bytes()[2 * 24 + 1], 2);
  map.memory->bytes()[2 * 24 + 19] = 9;
  ASSERT_EQ(lab.process.bpf(BPF_MAP_LOOKUP_ELEM, &attr), 0);
  EXPECT_EQ(value[19], 9);
}

TEST(MapMapping, NeedsADriverThatSharesItsEntries) {
  Lab lab;
  Device& asic = lab.add_asic();
  bpf_attr attr = attr_of({"array", BPF_MAP_TYPE_ARRAY, 8, 2, BPF_F_MMAPABLE});
  attr.map_ifindex = static_cast<uint32_t>(lab.ifindex(asic));
  const auto fd = static_cast<int>(lab.process.bpf(BPF_MAP_CREATE, &attr));
  ASSERT_GE(fd, 0);
  EXPECT_EQ(host::check_mapping(*lab.process.caller().identify(fd), {kPage, 0, PROT_READ}), -524);
}

}  // namespace
}  // namespace host_test
