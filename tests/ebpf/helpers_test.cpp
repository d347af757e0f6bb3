// Helpers give the kernel's results: adjusting head and tail, maps, random numbers, time, events.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cerrno>

#include "base/bits.h"
#include "tests/ebpf/asm.h"
#include "tests/ebpf/harness.h"
#include "tests/support/kernel_oracle.h"

namespace ebpf_test {
namespace {

// r0 = helper(ctx, delta)
ebpf::Program adjust(int32_t helper, int32_t delta) {
  return xdp({mov(2, delta), call(helper), exit_insn()});
}

uint32_t code(int error) { return static_cast<uint32_t>(error); }

Bytes counting(size_t bytes) {
  Bytes packet(bytes);
  for (size_t i = 0; i < bytes; ++i) packet[i] = static_cast<uint8_t>(i + 1);
  return packet;
}

TEST(Helpers, AdjustHeadStaysInTheWindow) {
  ebpf::InterpreterOptions options;
  options.packet_offset = 128, options.off_min = 44, options.off_max = 248;
  const Bytes packet = counting(200);
  const auto run = [&](int32_t delta) { return run_once(adjust(44, delta), packet, options); };
  EXPECT_EQ(run(4).verdict, 0u);
  EXPECT_EQ(run(4).packet, Bytes(packet.begin() + 4, packet.end()));
  EXPECT_EQ(run(120).packet.size(), 80u);
  EXPECT_EQ(run(121).verdict, code(-EINVAL));
  EXPECT_EQ(run(121).packet, packet);
  EXPECT_EQ(run(-84).packet.size(), 284u);
  EXPECT_EQ(run(-85).verdict, code(-EINVAL));
}

TEST(Helpers, AdjustHeadLeavesAnEthernetHeader) {
  EXPECT_EQ(run_once(adjust(44, 50), Bytes(64)).packet.size(), 14u);
  EXPECT_EQ(run_once(adjust(44, 51), Bytes(64)).verdict, code(-EINVAL));
}

TEST(Helpers, AdjustTailCutsAndGrows) {
  const Bytes packet = counting(64);
  ebpf::InterpreterOptions options;
  options.tailroom = 10;
  const auto run = [&](int32_t delta) { return run_once(adjust(65, delta), packet, options); };
  EXPECT_EQ(run(-50).packet, Bytes(packet.begin(), packet.begin() + 14));
  EXPECT_EQ(run(-51).verdict, code(-EINVAL));
  Bytes grown = packet;
  grown.resize(74, 0);
  EXPECT_EQ(run(10).packet, grown);
  EXPECT_EQ(run(11).verdict, code(-EINVAL));
  EXPECT_EQ(run(0).verdict, 0u);
}

TEST(Helpers, GrownTailIsZeroEvenOverOldBytes) {
  const Code cut_and_grow = {mov_reg(6, 1), mov(2, -20), call(65),   mov_reg(1, 6),
                             mov(2, 20),    call(65),    exit_insn()};
  const auto outcome = run_once(xdp(cut_and_grow), counting(64));
  ASSERT_EQ(outcome.packet.size(), 64u);
  EXPECT_TRUE(std::all_of(outcome.packet.begin() + 44, outcome.packet.end(),
                          [](auto b) { return b == 0; }));
}

TEST(Helpers, RandomAndTimeComeFromTheOptions) {
  ebpf::InterpreterOptions options;
  options.random = [] { return 0xdeadbeef; };
  options.clock_ns = [] { return uint64_t{77}; };
  EXPECT_EQ(run_once(xdp({call(7), exit_insn()}), Bytes(64), options).verdict, 0xdeadbeef);
  EXPECT_EQ(run_once(xdp({call(5), exit_insn()}), Bytes(64), options).verdict, 77u);
  const uint32_t first = run_once(xdp({call(7), exit_insn()}), Bytes(64)).verdict;
  EXPECT_EQ(run_once(xdp({call(7), exit_insn()}), Bytes(64)).verdict, first);
  EXPECT_NE(run_once(xdp({call(7), call(7), exit_insn()}), Bytes(64)).verdict, first);
}

// bpf_perf_event_output(ctx, map, flags, r10 - 8, 8)
ebpf::Program event(uint64_t flags) {
  return xdp(Code{store64_imm(10, -8, 0x0201)} + load_map(2, 0) + wide(3, flags) + mov_reg(4, 10) +
                 add(4, -8) + mov(5, 8) + call(25) + exit_insn(),
             {map_def("events", BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 4)});
}

TEST(Helpers, EventsAreRecordedWithTheirPacketBytes) {
  const auto outcome = run_once(event(BPF_F_CURRENT_CPU | uint64_t{3} << 32), {9, 8, 7, 6});
  EXPECT_EQ(outcome.verdict, 0u);
  EXPECT_EQ(outcome.events, (std::vector<Bytes>{{1, 2, 0, 0, 0, 0, 0, 0, 9, 8, 7}}));
  EXPECT_EQ(run_once(event(uint64_t{5} << 32), {9, 8, 7, 6}).verdict, code(-EFAULT));
}

TEST(Helpers, UnknownOnesAreNamed) {
  EXPECT_EQ(error_of(xdp({call(51), exit_insn()})),
            "insn 0: helper bpf_redirect_map#51 is not known to the reference interpreter for xdp "
            "programs");
  ebpf::Program tc = adjust(44, 1);
  tc.type = ebpf::ProgType::kSchedCls;
  EXPECT_EQ(error_of(tc),
            "insn 1: helper bpf_xdp_adjust_head#44 is not known to the reference "
            "interpreter for sched_cls programs");
}

TEST(Helpers, MapArgumentsAreChecked) {
  const std::vector<ebpf::MapDef> maps = {map_def("m", BPF_MAP_TYPE_HASH, 4, 8, 4)};
  const Code no_map = {mov(1, 0), mov_reg(2, 10), call(1), exit_insn()};
  EXPECT_EQ(error_of(xdp(no_map, maps)), "insn 2: map argument is 0x0, which is no pointer");
  const Code no_key = load_map(1, 0) + mov_reg(2, 10) + add(2, -2) + call(1) + exit_insn();
  EXPECT_EQ(error_of(xdp(no_key, maps)), "insn 4: key of 4 bytes at stack+510 of 512 bytes");
}

using KernelHelpers = KernelTest;

void compare_adjust(int32_t helper, int32_t delta, size_t packet_bytes) {
  const ebpf::Program program = adjust(helper, delta);
  auto kernel = test_support::KernelOracle::load(program);
  ASSERT_TRUE(kernel) << kernel.error().text();
  const Bytes packet = counting(packet_bytes);
  const auto expected = kernel->run(packet);
  ASSERT_TRUE(expected) << expected.error().text();
  const auto outcome = run_once(program, packet, test_support::kernel_options(packet_bytes));
  EXPECT_EQ(outcome.verdict, expected->verdict) << delta << " of " << packet_bytes;
  EXPECT_EQ(outcome.packet, expected->packet) << delta << " of " << packet_bytes;
}

TEST_F(KernelHelpers, AdjustHeadAgreesWithTheKernel) {
  for (const size_t bytes : {14, 60, 1000}) {
    for (const int32_t delta :
         {0, 1, 14, 46, 47, 986, 987, -1, -216, -217, -256, INT32_MAX, INT32_MIN}) {
      compare_adjust(44, delta, bytes);
    }
  }
}

TEST_F(KernelHelpers, AdjustTailAgreesWithTheKernel) {
  for (const size_t bytes : {14, 60, 1000}) {
    const auto room = static_cast<int32_t>(3520 - bytes);
    for (const int32_t delta :
         {0, -1, -46, -47, -986, -987, 1, 100, room, room + 1, INT32_MAX, INT32_MIN}) {
      compare_adjust(65, delta, bytes);
    }
  }
}

}  // namespace
}  // namespace ebpf_test
