// The packet generator is repeatable and reaches what the differential tests need.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/packet_gen.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/ebpf/harness.h"
#include "tests/support/kernel_oracle.h"

namespace ebpf_test {
namespace {

using test_support::PacketGenerator;

constexpr int kPackets = 500;

TEST(PacketGenerator, SameSeedSamePackets) {
  PacketGenerator a(5), b(5), other(6);
  int different = 0;
  for (int i = 0; i < 100; ++i) {
    const Bytes packet = a.next();
    ASSERT_EQ(packet, b.next());
    different += packet != other.next();
  }
  EXPECT_GT(different, 90);
}

TEST(PacketGenerator, SizesAndEthertypesSpread) {
  PacketGenerator generator(1);
  std::set<size_t> sizes;
  std::set<int> ethertypes;
  for (int i = 0; i < kPackets; ++i) {
    const Bytes packet = generator.next();
    ASSERT_GE(packet.size(), PacketGenerator::kMinBytes);
    ASSERT_LE(packet.size(), PacketGenerator::kMaxBytes);
    sizes.insert(packet.size());
    ethertypes.insert(packet[12] << 8 | packet[13]);
  }
  EXPECT_GT(sizes.size(), 150u);
  for (const int type : {0x0800, 0x0806, 0x8100, 0x86dd})
    EXPECT_TRUE(ethertypes.count(type)) << type;
}

TEST(PacketGenerator, FilteringProgramsDecideBothWays) {
  for (const char* name :
       {"basic.ethertype3", "basic.udp_port", "basic.udp_port_varihl", "basic.ttl_dec",
        "basic.csum_ip", "basic.pktlen", "misc.jumps", "misc.alu64", "misc.muldiv", "misc.loop",
        "misc.calls", "misc.memcpy_pkt", "misc.stackvar", "basic.adj_tail"}) {
    const ebpf::Program program = vector_program(name);
    auto interpreter =
        ebpf::Interpreter::create(program, make_maps(program), test_support::kernel_options());
    ASSERT_TRUE(interpreter);
    PacketGenerator generator(20240601);
    std::set<uint32_t> verdicts;
    for (int i = 0; i < kPackets; ++i) verdicts.insert(interpreter->run(generator.next())->verdict);
    EXPECT_GE(verdicts.size(), 2u) << name;
  }
}

TEST(PacketGenerator, FlowsComeBack) {
  const ebpf::Program program = vector_program("count.count_ip");
  const Maps maps = make_maps(program);
  auto interpreter = ebpf::Interpreter::create(program, maps);
  PacketGenerator generator(1);
  for (int i = 0; i < kPackets; ++i) ASSERT_TRUE(interpreter->run(generator.next()));
  int entries = 0, counted = 0;
  maps[0]->for_each([&](auto, auto value) {
    ++entries;
    counted += value[0] > 1;
  });
  EXPECT_GT(entries, 5);
  EXPECT_GT(counted, 5);
}

}  // namespace
}  // namespace ebpf_test
