// Arrays of the card in the memory of a process: each side sees what the other one writes.
// SPDX-License-Identifier: Apache-2.0
#include <cerrno>

#include "base/bits.h"
#include "base/shared_memory.h"
#include "tests/host-driver/nfp/adapter_lab.h"

namespace {

using namespace ebpf_test;
using harness::AdapterLab;

int mappable(AdapterLab& lab, uint32_t entries, uint32_t value_bytes) {
  bpf_attr attr = harness::empty_attr();
  attr.map_type = BPF_MAP_TYPE_ARRAY;
  attr.key_size = 4;
  attr.value_size = value_bytes;
  attr.max_entries = entries;
  attr.map_flags = BPF_F_MMAPABLE;
  attr.map_ifindex = static_cast<uint32_t>(lab.nic->ifindex);
  return static_cast<int>(lab.process->bpf(BPF_MAP_CREATE, &attr));
}

std::shared_ptr<base::SharedMemory> memory_of(AdapterLab& lab, int fd) {
  const host::ObjectRef object = lab.process->object(fd);
  return std::get<host::MapRef>(object)->memory;
}

// Returns the low half of map[0], which is the verdict.
Code answering(int map) {
  return Code{} + mov(2, 0) + op(0x63, 10, 2, -4, 0) + mov_reg(2, 10) + add(2, -4) +
         load_map(1, static_cast<uint32_t>(map)) + call(BPF_FUNC_map_lookup_elem) +
         jump_eq(0, 0, 1) + load32(0, 0, 0) + exit_insn();
}

TEST(CardMapping, IsTheMemoryOfTheArray) {
  AdapterLab lab;
  const int map = mappable(lab, 4, 8), program = lab.load(answering(map));
  ASSERT_GE(program, 0) << lab.log;
  const std::span<uint8_t> bytes = memory_of(lab, map)->bytes();
  for (const uint32_t verdict : {XDP_DROP, XDP_PASS, XDP_TX}) {
    base::store_le(bytes.data(), verdict);
    EXPECT_EQ(lab.test_run(program, std::vector<uint8_t>(60)).verdict, verdict);
  }
  ASSERT_EQ(lab.put(map, 3, 0x1122334455667788), 0);
  EXPECT_EQ(base::load_le<uint64_t>(bytes.data() + 24), 0x1122334455667788u) << "every 8 bytes";
  base::store_le<uint64_t>(bytes.data() + 16, 7);
  uint32_t key = 1, next = 0;
  bpf_attr attr = harness::empty_attr();
  attr.map_fd = static_cast<uint32_t>(map);
  attr.key = host::address_of(&key);
  attr.next_key = host::address_of(&next);
  ASSERT_EQ(lab.process->bpf(BPF_MAP_GET_NEXT_KEY, &attr), 0);
  base::store_le<uint64_t>(bytes.data() + 16, 8);
  EXPECT_EQ(lab.get(map, 2), 8u) << "no cache of the driver stands between";
}

TEST(CardMapping, ShowsAtomicWordsInTheOrderOfTheMemoryUnit) {
  AdapterLab lab;
  const int map = mappable(lab, 1, 8);
  ASSERT_EQ(lab.attach(lab.load(harness::counting(map))), 0) << lab.log;
  lab.send(3);
  EXPECT_EQ(lab.get(map, 0), 3u);
  EXPECT_EQ(base::load_be<uint32_t>(memory_of(lab, map)->bytes().data()), 3u);
  EXPECT_EQ(base::load_be<uint32_t>(memory_of(lab, map)->bytes().data() + 4), 0u);
}

TEST(CardMapping, IsRefusedWhereElementsLieElsewhere) {
  AdapterLab lab;
  EXPECT_EQ(mappable(lab, 2, 24), -EINVAL);
  EXPECT_EQ(lab.adapter->log().back(),
            "NFP net bpf: values of 24 bytes do not lie as in a memory mapping; 1 entry, or 8, 16 "
            "or 32 bytes do");
  EXPECT_GE(mappable(lab, 1, 24), 0);
}

TEST(CardMapping, OutlivesTheCard) {
  AdapterLab lab;
  const int map = mappable(lab, 2, 8);
  ASSERT_EQ(lab.put(map, 1, 9), 0);
  const std::shared_ptr<base::SharedMemory> memory = memory_of(lab, map);
  lab.adapter->remove_port();
  EXPECT_EQ(memory->bytes()[8], 9);
  lab.process->close(map);
  EXPECT_EQ(memory.use_count(), 1) << "neither the map nor the card's memory keeps it";
}

}  // namespace
