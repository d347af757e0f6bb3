// Programs with global data on a card behind bpf(2): where their words get addresses from, and who else may use the variables.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cerrno>

#include "base/bits.h"
#include "tests/compiler/programs.h"
#include "tests/host-driver/nfp/adapter_lab.h"

namespace {

using namespace test;
using harness::AdapterLab;
using testing::HasSubstr;

constexpr uint32_t kLarge = 4096;

int data_map(AdapterLab& lab, uint32_t value_bytes, uint32_t flags = 0) {
  bpf_attr attr = harness::empty_attr();
  attr.map_type = BPF_MAP_TYPE_ARRAY;
  attr.key_size = 4;
  attr.value_size = value_bytes;
  attr.max_entries = 1;
  attr.map_flags = flags;
  attr.map_ifindex = static_cast<uint32_t>(lab.nic->ifindex);
  return static_cast<int>(lab.process->bpf(BPF_MAP_CREATE, &attr));
}

Code address(uint8_t reg, int map, uint32_t off = 0) {
  return ebpf_test::wide(reg, static_cast<uint32_t>(map) | uint64_t{off} << 32,
                         BPF_PSEUDO_MAP_VALUE);
}

// The low word at the offset of the map is counted up, and is the verdict.
Code stepping(int map, uint32_t off) {
  return address(1, map, off) +
         Code{load(kBytes4, 0, 1, 0), add(0, 1), store(kBytes4, 1, 0, 0), exit_insn()};
}

std::vector<uint8_t> value_of(AdapterLab& lab, int map, uint32_t bytes) {
  std::vector<uint8_t> value(bytes);
  EXPECT_EQ(lab.element(BPF_MAP_LOOKUP_ELEM, map, 0, value.data()), 0);
  return value;
}

// An array in front of it, so that its address is not that of the first map.
TEST(GlobalData, IsFoundByPrograms) {
  for (const uint32_t flags : {0u, uint32_t{BPF_F_MMAPABLE}}) {
    AdapterLab lab;
    ASSERT_GE(lab.map(BPF_MAP_TYPE_ARRAY, 100), 0);
    const int map = data_map(lab, 16, flags), program = lab.load(stepping(map, 8));
    ASSERT_GE(program, 0) << lab.log;
    std::vector<uint8_t> value(16, 0x55);
    base::store_le<uint32_t>(&value[8], 0);
    ASSERT_EQ(lab.element(BPF_MAP_UPDATE_ELEM, map, 0, value.data()), 0);
    for (const uint32_t verdict : {1u, 2u, 3u})
      EXPECT_EQ(lab.test_run(program, std::vector<uint8_t>(60)).verdict, verdict);
    base::store_le<uint32_t>(&value[8], 3);
    EXPECT_EQ(value_of(lab, map, 16), value);
  }
}

TEST(GlobalData, IsFoundByTheIndexOfItsDescriptor) {
  AdapterLab lab;
  const int fds[] = {lab.map(BPF_MAP_TYPE_HASH, 1), data_map(lab, 8)};
  const std::vector<uint8_t> code =
      ebpf::insns_to_bytes(ebpf_test::wide(1, 1 | uint64_t{4} << 32, BPF_PSEUDO_MAP_IDX_VALUE) +
                           Code{load(kBytes4, 0, 1, 0), exit_insn()});
  bpf_attr attr = harness::empty_attr();
  attr.prog_type = BPF_PROG_TYPE_XDP;
  attr.insns = host::address_of(code.data());
  attr.insn_cnt = static_cast<uint32_t>(code.size() / 8);
  attr.license = host::address_of("GPL");
  attr.prog_ifindex = static_cast<uint32_t>(lab.nic->ifindex);
  attr.fd_array = host::address_of(fds);
  const auto program = static_cast<int>(lab.process->bpf(BPF_PROG_LOAD, &attr));
  ASSERT_GE(program, 0);
  ASSERT_EQ(lab.put(fds[1], 0, uint64_t{XDP_TX} << 32), 0);
  EXPECT_EQ(lab.test_run(program, std::vector<uint8_t>(60)).verdict, uint32_t{XDP_TX});
}

TEST(GlobalData, IsSharedByProgramsThatTakeTurns) {
  AdapterLab lab;
  const int map = data_map(lab, kLarge, BPF_F_MMAPABLE);
  const int one = lab.load(stepping(map, 1000)), other = lab.load(stepping(map, 1000));
  ASSERT_TRUE(one >= 0 && other >= 0) << lab.log;
  EXPECT_EQ(lab.test_run(one, std::vector<uint8_t>(60)).verdict, 1u);
  EXPECT_EQ(lab.test_run(other, std::vector<uint8_t>(60)).verdict, 2u);
  EXPECT_EQ(base::load_le<uint32_t>(&value_of(lab, map, kLarge)[1000]), 2u);
}

TEST(GlobalData, MayBeAsLargeAs64KiBWhenItIsMappable) {
  AdapterLab lab;
  EXPECT_EQ(data_map(lab, 57), -ENOMEM);
  EXPECT_THAT(lab.adapter->log().back(), HasSubstr("map elements too large: 72"));
  EXPECT_EQ(data_map(lab, 65537, BPF_F_MMAPABLE), -ENOMEM);
  const int map = data_map(lab, 65536, BPF_F_MMAPABLE);
  ASSERT_GE(map, 0);
  std::vector<uint8_t> value(65536, 0x77);
  ASSERT_EQ(lab.element(BPF_MAP_UPDATE_ELEM, map, 0, value.data()), 0);
  const int program = lab.load(address(1, map, 65532) +
                               Code{load(kBytes4, 0, 1, 0), alu64(BPF_AND, 0, 3), exit_insn()});
  ASSERT_GE(program, 0) << lab.log;
  EXPECT_EQ(lab.test_run(program, std::vector<uint8_t>(60)).verdict, 3u);
  EXPECT_EQ(value_of(lab, map, 65536), value);
}

TEST(GlobalData, CountsAtomicallyInTheOrderOfTheHost) {
  AdapterLab lab;
  const int map = data_map(lab, kLarge, BPF_F_MMAPABLE);
  ASSERT_EQ(lab.attach(lab.load(Code{mov(2, 5)} + address(1, map, 512) +
                                atomic(kBytes8, 1, 0, 2, BPF_ADD) + leave(XDP_DROP))),
            0)
      << lab.log;
  lab.send(300);
  EXPECT_EQ(base::load_le<uint64_t>(&value_of(lab, map, kLarge)[512]), 1500u);
}

TEST(GlobalData, IsNotWrittenWhereProgramsMayOnlyRead) {
  AdapterLab lab;
  const int map = data_map(lab, 8, BPF_F_MMAPABLE | BPF_F_RDONLY_PROG);
  EXPECT_EQ(lab.load(stepping(map, 0)), -EACCES);
  EXPECT_THAT(lab.log, HasSubstr("write into map forbidden, value_size=8 off=0 size=4"));
  EXPECT_GE(lab.load(address(1, map) + Code{load(kBytes4, 0, 1, 0), exit_insn()}), 0) << lab.log;
}

TEST(GlobalData, KeepsWordsEitherCountedOrPlain) {
  AdapterLab lab;
  const int map = data_map(lab, 8, BPF_F_MMAPABLE);
  const Code counting =
      Code{mov(2, 5)} + address(1, map) + atomic(kBytes4, 1, 0, 2, BPF_ADD) + leave();
  ASSERT_GE(lab.load(counting), 0) << lab.log;
  EXPECT_EQ(lab.load(stepping(map, 0)), -EOPNOTSUPP);
  EXPECT_THAT(lab.log, HasSubstr("[nfp] map value use type conflict atomic vs write off: 0"));
  EXPECT_GE(lab.load(stepping(map, 4)), 0) << lab.log;
  EXPECT_GE(lab.load(address(1, map, 4) + Code{load(kBytes4, 0, 1, 0), exit_insn()}), 0)
      << "reading goes with writing: " << lab.log;
}

TEST(GlobalData, IsRefusedInStrictModeAsByARealCard) {
  AdapterLab lab;
  host::Bpf strict(lab.system.objects, lab.system.network, {.strict = true});
  lab.process = std::make_unique<host::LocalProcess>(
      strict, lab.pins, host::Credentials{.may_admin = true, .uid = 0, .net = AdapterLab::kHome});
  const int map = lab.map(BPF_MAP_TYPE_ARRAY, 1);
  EXPECT_EQ(data_map(lab, 8, BPF_F_MMAPABLE), -EINVAL);
  EXPECT_EQ(lab.load(stepping(map, 0)), -EINVAL);
  EXPECT_THAT(lab.log, HasSubstr("no direct value access support for this map type"));
  const Code writing = Code{mov(2, 0), store(kBytes4, 10, -4, 2), mov_reg(2, 10), add(2, -4)} +
                       ebpf_test::load_map(1, static_cast<uint32_t>(map)) +
                       Code{call(BPF_FUNC_map_lookup_elem), ebpf_test::jump_eq(0, 0, 2), mov(2, 7),
                            store(kBytes4, 0, 0, 2)} +
                       leave();
  EXPECT_EQ(lab.load(writing), -EOPNOTSUPP);
  EXPECT_THAT(lab.log, HasSubstr("[nfp] map writes not supported"));
}

TEST(MapValues, AreWrittenByPrograms) {
  AdapterLab lab;
  const int map = lab.map(BPF_MAP_TYPE_HASH, 4);
  ASSERT_EQ(lab.put(map, 0, 0x1122334455667788), 0);
  const int program =
      lab.load(Code{mov(2, 0), store(kBytes4, 10, -4, 2), mov_reg(2, 10), add(2, -4)} +
               ebpf_test::load_map(1, static_cast<uint32_t>(map)) +
               Code{call(BPF_FUNC_map_lookup_elem), ebpf_test::jump_eq(0, 0, 2), mov(2, 0x99),
                    store(kBytes2, 0, 2, 2)} +
               leave());
  ASSERT_GE(program, 0) << lab.log;
  EXPECT_EQ(lab.test_run(program, std::vector<uint8_t>(60)).verdict, 2u);
  EXPECT_EQ(lab.get(map, 0), 0x1122334400997788u);
}

}  // namespace
