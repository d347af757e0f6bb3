// The same records in a ring of ours and in one of the running kernel: every byte of the data pages, and where they end.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/rng.h"
#include "base/unique_fd.h"
#include "host-driver/interpose/perf_ring.h"
#include "tests/ebpf/asm.h"
#include "tests/support/kernel_oracle.h"

namespace interpose {
namespace {

using namespace ebpf_test;
using test_support::KernelMaps;
using test_support::KernelOracle;

constexpr size_t kPage = PerfRing::kPageBytes;
// The first ones need padding, whose bytes the kernel leaves as they were: they are for the first turn of the ring alone.
constexpr int32_t kSizes[] = {1, 6, 63, 4, 12, 20, 60};
constexpr size_t kPadded = 3;

// Sends `size` bytes of 0xab.
ebpf::Program sender(int32_t size, const ebpf::MapDef& events) {
  Code code = wide(2, 0xabab'abab'abab'abab);
  for (int16_t at = -64; at < 0; at = static_cast<int16_t>(at + 8))
    code = code + store64(10, at, 2);
  return xdp(code + load_map(2, 0) + wide(3, BPF_F_CURRENT_CPU) + mov_reg(4, 10) + add(4, -64) +
                 mov(5, size) + call(BPF_FUNC_perf_event_output) + mov(0, XDP_PASS) + exit_insn(),
             {events});
}

TEST(PerfRing, AgreesWithTheRunningKernel) {
  const test_support::KernelAvailability available = test_support::kernel_availability();
  if (!available.usable && !available.must_fail) GTEST_SKIP() << available.reason;
  cpu_set_t first;
  CPU_ZERO(&first);
  CPU_SET(0, &first);
  ASSERT_EQ(sched_setaffinity(0, sizeof first, &first), 0);

  perf_event_attr attr = {};
  attr.size = sizeof attr;
  attr.type = PERF_TYPE_SOFTWARE;
  attr.config = PERF_COUNT_SW_BPF_OUTPUT;
  attr.sample_period = 1;
  attr.sample_id_all = 1;
  // All but the time, the thread and where in the kernel.
  attr.sample_type =
      PerfRing::kSampleTypes & ~uint64_t{PERF_SAMPLE_TIME | PERF_SAMPLE_TID | PERF_SAMPLE_IP};
  const base::UniqueFd event(static_cast<int>(syscall(SYS_perf_event_open, &attr, -1, 0, -1, 0)));
  ASSERT_TRUE(event) << strerror(errno);
  void* const mapped = mmap(nullptr, 2 * kPage, PROT_READ | PROT_WRITE, MAP_SHARED, event.get(), 0);
  ASSERT_NE(mapped, MAP_FAILED) << strerror(errno);
  auto& kernel = *static_cast<perf_event_mmap_page*>(mapped);
  uint64_t id = 0;
  ASSERT_EQ(ioctl(event.get(), PERF_EVENT_IOC_ID, &id), 0);

  const ebpf::MapDef events = map_def("events", BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 1);
  auto maps = KernelMaps::create({events});
  ASSERT_TRUE(maps) << maps.error().text();
  std::vector<KernelOracle> programs;
  for (const int32_t size : kSizes) {
    auto program = KernelOracle::load(sender(size, events), *maps);
    ASSERT_TRUE(program) << program.error().text();
    programs.push_back(std::move(*program));
  }
  const uint32_t key = 0;
  const int file = event.get();
  const auto bytes_of = [](const auto& value) {
    return std::span(reinterpret_cast<const uint8_t*>(&value), 4);
  };
  ASSERT_EQ((*maps)->update(0, bytes_of(key), bytes_of(file), BPF_ANY), 0);

  const auto memory = base::SharedMemory::create("perf_event", 2 * kPage);
  PerfRing ring(memory, attr, id, 0, false);
  auto& ours = *reinterpret_cast<perf_event_mmap_page*>(memory->bytes().data());
  base::Rng random(7);
  unsigned lost = 0;
  for (unsigned step = 0; step < 3000; ++step) {
    const bool is_first_turn = ours.data_head + 200 < kPage;
    const size_t which = is_first_turn ? random.below(std::size(kSizes))
                                       : kPadded + random.below(std::size(kSizes) - kPadded);
    ASSERT_TRUE(programs[which].run(KernelOracle::Bytes(64)));
    const std::vector<uint8_t> data(static_cast<size_t>(kSizes[which]), 0xab);
    lost += ring.write({data, 0}) ? 0 : 1;
    ASSERT_EQ(ours.data_head, kernel.data_head) << "step " << step;
    ASSERT_EQ(
        std::memcmp(memory->bytes().data() + kPage, static_cast<uint8_t*>(mapped) + kPage, kPage),
        0)
        << "step " << step;
    if (random.below(40) == 0) ours.data_tail = kernel.data_tail = ours.data_head;
  }
  EXPECT_GT(lost, 100u);
  EXPECT_GT(ours.data_head, 20 * kPage);
  EXPECT_EQ(ours.version, kernel.version);
  EXPECT_EQ(ours.size, kernel.size);
  EXPECT_EQ(ours.capabilities, kernel.capabilities);
  EXPECT_EQ(ours.data_offset, kernel.data_offset);
  EXPECT_EQ(ours.data_size, kernel.data_size);
  munmap(mapped, 2 * kPage);
}

}  // namespace
}  // namespace interpose
