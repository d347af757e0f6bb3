// What the commands of bpf(2) do when they are used right: loads, info, links, pins, BTF, test runs, the two modes.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstring>

#include "tests/ebpf/asm.h"
#include "tests/host-driver/lab.h"
#include "tests/host-driver/load.h"
#include "tests/support/kernel_bpf.h"
#include "tests/support/kernel_oracle.h"

namespace host_test {
namespace {

using namespace ebpf_test;
using host::ObjectKind;

Code pass() { return Code{} + mov(0, 2) + exit_insn(); }

bpf_prog_info info_of(host::LocalProcess& process, long fd, bpf_prog_info request = {}) {
  bpf_attr attr = empty_attr();
  attr.info.bpf_fd = static_cast<uint32_t>(fd);
  attr.info.info = address_of(&request);
  attr.info.info_len = sizeof request;
  EXPECT_EQ(process.bpf(BPF_OBJ_GET_INFO_BY_FD, &attr), 0);
  return request;
}

long make_map(host::LocalProcess& process, uint32_t type, int ifindex = 0, uint32_t flags = 0,
              uint32_t value_bytes = 8) {
  bpf_attr attr = empty_attr();
  attr.map_type = type;
  attr.key_size = 4;
  attr.value_size = value_bytes;
  attr.max_entries = 2;
  attr.map_flags = flags;
  attr.map_ifindex = static_cast<uint32_t>(ifindex);
  return process.bpf(BPF_MAP_CREATE, &attr);
}

long element(host::LocalProcess& process, int command, long map, uint32_t key, uint64_t* value) {
  bpf_attr attr = empty_attr();
  attr.map_fd = static_cast<uint32_t>(map);
  attr.key = address_of(&key);
  if (command != BPF_MAP_DELETE_ELEM) attr.value = address_of(value);
  return process.bpf(command, &attr);
}

TEST(BpfLoad, TellsWhyAProgramIsRefused) {
  Lab lab;
  const Loaded refused = load(lab.process, Code{} + mov_reg(0, 3) + exit_insn());
  EXPECT_EQ(refused.fd, -EACCES);
  EXPECT_NE(refused.log.find("R3 !read_ok"), std::string::npos) << refused.log;
  EXPECT_EQ(lab.programs(), 0u);
}

// Programs that every verifier refuses, for reasons that kernels give different errno for.
std::vector<Code> refused_programs() {
  const Code end = Code{} + mov(0, 0) + exit_insn();
  return {
      Code{} + exit_insn(),                                       // R0 is not set
      Code{} + mov_reg(0, 3) + exit_insn(),                       // nor is R3
      Code{} + mov(10, 0) + end,                                  // the frame pointer is written
      Code{} + store64(10, -520, 1) + end,                        // beyond the stack
      Code{} + store64(10, -7, 1) + end,                          // across a slot
      Code{} + load32(2, 1, 200) + end,                           // beyond the context
      Code{} + load32(2, 1, 0) + load32(3, 2, 0) + end,           // packet without a check
      Code{} + mov(2, 0) + load32(3, 2, 0) + end,                 // a number as an address
      Code{} + op(0x0f, 1, 10, 0, 0) + end,                       // two pointers added
      Code{} + op(0x67, 1, 0, 0, 3) + end,                        // a pointer shifted
      Code{} + mov(0, 1) + op(0x67, 0, 0, 0, 64) + exit_insn(),   // shifted by 64
      Code{} + mov(0, 1) + op(0x37, 0, 0, 0, 0) + exit_insn(),    // divided by 0
      Code{} + call(9999) + end,                                  // no such helper
      Code{} + mov(1, 0) + call(BPF_FUNC_map_lookup_elem) + end,  // a helper without its map
      Code{} + op(0x05, 0, 0, 100, 0) + end,                      // a jump out of the program
      Code{} + op(0x05, 0, 0, -1, 0) + end,                       // a loop without an end
      Code{} + mov(0, 0),                                         // no exit
      Code{} + op(0xff, 0, 0, 0, 0) + end,                        // no such instruction
      Code{} + op(0xb7, 0, 0, 1, 0) + exit_insn(),                // a reserved field in use
      Code{} + exit_insn() + mov(0, 0) + exit_insn(),             // code that nothing reaches
      Code{} + call_local(100) + end,                             // a call out of the program
  };
}

TEST(BpfLoad, RefusesWithTheErrnoOfTheRunningKernel) {
  const test_support::KernelAvailability available = test_support::kernel_availability();
  if (!available.usable && !available.must_fail) GTEST_SKIP() << available.reason;
  Lab lab;
  for (const Code& code : refused_programs()) {
    const Loaded own = load(lab.process, code);
    const std::vector<uint8_t> bytes = ebpf::insns_to_bytes(code);
    bpf_attr attr = empty_attr();
    attr.prog_type = BPF_PROG_TYPE_XDP;
    attr.insns = address_of(bytes.data());
    attr.insn_cnt = static_cast<uint32_t>(code.size());
    attr.license = address_of("GPL");
    EXPECT_EQ(own.fd, test_support::bpf(BPF_PROG_LOAD, &attr)) << own.log;
    EXPECT_LT(own.fd, 0);
  }
}

TEST(BpfLoad, LogThatDoesNotFitRefuses) {
  Lab lab;
  const Loaded refused =
      load(lab.process, Code{} + mov_reg(0, 3) + exit_insn(), 0, BPF_PROG_TYPE_XDP, 128);
  EXPECT_EQ(refused.fd, -ENOSPC);
  EXPECT_EQ(refused.log.size(), 127u);
}

TEST(BpfLoad, RefusesTypesThatAreNotOffered) {
  Lab lab;
  EXPECT_EQ(load(lab.process, pass(), 0, BPF_PROG_TYPE_KPROBE).fd, -EINVAL);
  EXPECT_NE(lab.process.last_reason().find("not offered"), std::string::npos);
  Device& asic = lab.add_asic();
  EXPECT_EQ(load(lab.process, pass(), lab.ifindex(asic), BPF_PROG_TYPE_SOCKET_FILTER).fd, -EINVAL);
}

TEST(BpfLoad, WantsAKnownDevice) {
  Lab lab;
  EXPECT_EQ(load(lab.process, pass(), 77).fd, -EINVAL);
  Device& asic = lab.add_asic();
  EXPECT_EQ(load(lab.in_elsewhere, pass(), lab.ifindex(asic)).fd, -EINVAL);
}

// What Linux up to 6.17 prints for this program: the first bytes of its SHA-1.
TEST(BpfInfo, TagIsTheKernels) {
  Lab lab;
  const bpf_prog_info info = info_of(lab.process, load(lab.process, pass()).fd);
  EXPECT_EQ(std::vector<uint8_t>(info.tag, info.tag + BPF_TAG_SIZE),
            (std::vector<uint8_t>{0x3b, 0x18, 0x51, 0x87, 0xf1, 0x85, 0x5c, 0x4c}));
}

TEST(BpfInfo, DeadCodeIsGoneFromTheHostsCopy) {
  Lab lab;
  Device& asic = lab.add_asic();
  const Code code =
      Code{} + mov(1, 1) + jump_eq(1, 1, 2) + mov(0, 1) + exit_insn() + mov(0, 2) + exit_insn();
  const long fd = load(lab.process, code, lab.ifindex(asic)).fd;
  ASSERT_GE(fd, 0);
  std::vector<uint8_t> room(code.size() * 8);
  bpf_prog_info request;
  std::memset(&request, 0, sizeof request);
  request.xlated_prog_insns = address_of(room.data());
  request.xlated_prog_len = static_cast<uint32_t>(room.size());
  const bpf_prog_info info = info_of(lab.process, fd, request);
  room.resize(info.xlated_prog_len);
  EXPECT_EQ(ebpf::insns_from_bytes(room), Code{} + mov(1, 1) + mov(0, 2) + exit_insn());
  EXPECT_EQ(info.ifindex, static_cast<uint32_t>(lab.ifindex(asic)));
  EXPECT_EQ(info.netns_ino, Lab::kHome.ino);
}

TEST(BpfInfo, MapsAreNamedByTheirIds) {
  Lab lab;
  Device& asic = lab.add_asic();
  const int fd = lab.load_maps(BPF_PROG_TYPE_XDP, lab.ifindex(asic));
  uint32_t ids[4] = {};
  bpf_prog_info request;
  std::memset(&request, 0, sizeof request);
  request.map_ids = address_of(ids);
  request.nr_map_ids = std::size(ids);
  EXPECT_EQ(info_of(lab.process, fd, request).nr_map_ids, 2u);
  EXPECT_EQ((std::vector<uint32_t>{ids[0], ids[1]}), lab.ids(ObjectKind::kMap));
}

class BpfLink : public testing::Test {
 protected:
  BpfLink() : asic(lab.add_asic()), dev(lab.port(asic, 0)) {}
  long create(long prog, uint32_t flags) {
    bpf_attr attr = empty_attr();
    attr.link_create.prog_fd = static_cast<uint32_t>(prog);
    attr.link_create.target_ifindex = static_cast<uint32_t>(dev->ifindex);
    attr.link_create.attach_type = BPF_XDP;
    attr.link_create.flags = flags;
    return lab.process.bpf(BPF_LINK_CREATE, &attr);
  }
  long update(long link, long prog, long expected) {
    bpf_attr attr = empty_attr();
    attr.link_update.link_fd = static_cast<uint32_t>(link);
    attr.link_update.new_prog_fd = static_cast<uint32_t>(prog);
    attr.link_update.flags = BPF_F_REPLACE;
    attr.link_update.old_prog_fd = static_cast<uint32_t>(expected);
    return lab.process.bpf(BPF_LINK_UPDATE, &attr);
  }
  Lab lab;
  Device& asic;
  host::net_device* dev;
};

TEST_F(BpfLink, DetachesWhenItIsClosed) {
  const long prog = load(lab.process, pass(), dev->ifindex).fd;
  const long link = create(prog, kHw);
  ASSERT_GE(link, 0);
  EXPECT_EQ(lab.xdp(dev).attached, XDP_ATTACHED_HW);
  lab.close(static_cast<int>(link));
  EXPECT_EQ(lab.xdp(dev).attached, XDP_ATTACHED_NONE);
}

TEST_F(BpfLink, IsNotReplacedByNetlink) {
  const long prog = load(lab.process, pass(), dev->ifindex).fd;
  ASSERT_GE(create(prog, kHw), 0);
  EXPECT_EQ(lab.attach(dev, kHw, static_cast<int>(prog)).extack,
            "Can't replace active BPF XDP link");
  EXPECT_EQ(create(prog, kHw), -EBUSY);
}

TEST_F(BpfLink, UpdatesFromTheExpectedProgram) {
  const long first = load(lab.process, pass(), dev->ifindex).fd;
  const long second = load(lab.process, pass(), dev->ifindex).fd;
  const long link = create(first, kHw);
  EXPECT_EQ(update(link, second, second), -EPERM);
  EXPECT_EQ(update(link, second, first), 0);
  EXPECT_EQ(lab.xdp(dev).prog_id[host::XDP_MODE_HW], lab.ids(ObjectKind::kProg).at(1));
}

TEST_F(BpfLink, OutlivesItsDevice) {
  const long first = load(lab.process, pass(), dev->ifindex).fd;
  const long link = create(first, kHw);
  lab.remove_asic(asic);
  EXPECT_EQ(update(link, first, first), -ENOLINK);
}

TEST(BpfPin, KeepsAnObject) {
  Lab lab;
  const long map = make_map(lab.process, BPF_MAP_TYPE_HASH);
  bpf_attr attr = empty_attr();
  attr.pathname = address_of("/sys/fs/bpf/kept");
  attr.bpf_fd = static_cast<uint32_t>(map);
  EXPECT_EQ(lab.process.bpf(BPF_OBJ_PIN, &attr), 0);
  EXPECT_EQ(lab.process.bpf(BPF_OBJ_PIN, &attr), -EEXIST);
  lab.process.close_all();
  EXPECT_EQ(lab.maps(), 1u);
  attr.bpf_fd = 0;
  EXPECT_GE(lab.process.bpf(BPF_OBJ_GET, &attr), 0);
  lab.pins.clear();
  lab.process.close_all();
  EXPECT_EQ(lab.maps(), 0u);
}

TEST(BpfMapRights, AreThoseOfTheFile) {
  Lab lab;
  uint64_t value = 1;
  const long read_only = make_map(lab.process, BPF_MAP_TYPE_ARRAY, 0, BPF_F_RDONLY);
  EXPECT_EQ(element(lab.process, BPF_MAP_UPDATE_ELEM, read_only, 0, &value), -EPERM);
  EXPECT_EQ(element(lab.process, BPF_MAP_LOOKUP_ELEM, read_only, 0, &value), 0);
  const long write_only = make_map(lab.process, BPF_MAP_TYPE_ARRAY, 0, BPF_F_WRONLY);
  EXPECT_EQ(element(lab.process, BPF_MAP_LOOKUP_ELEM, write_only, 0, &value), -EPERM);
}

TEST(BpfMapRights, FrozenMapIsWrittenNoMore) {
  Lab lab;
  uint64_t value = 1;
  const long map = make_map(lab.process, BPF_MAP_TYPE_ARRAY);
  bpf_attr attr = empty_attr();
  attr.map_fd = static_cast<uint32_t>(map);
  EXPECT_EQ(lab.process.bpf(BPF_MAP_FREEZE, &attr), 0);
  EXPECT_EQ(lab.process.bpf(BPF_MAP_FREEZE, &attr), -EPERM);
  EXPECT_EQ(element(lab.process, BPF_MAP_UPDATE_ELEM, map, 0, &value), -EPERM);
  EXPECT_EQ(element(lab.process, BPF_MAP_LOOKUP_ELEM, map, 0, &value), 0);
}

TEST(BpfMapTypes, AreOfferedOrRefusedWithAReason) {
  Lab lab;
  EXPECT_GE(make_map(lab.process, BPF_MAP_TYPE_PERF_EVENT_ARRAY, 0, 0, 4), 0);
  EXPECT_EQ(make_map(lab.process, BPF_MAP_TYPE_STACK_TRACE), -EOPNOTSUPP);
  EXPECT_NE(lab.process.last_reason().find("task stacks"), std::string::npos);
  EXPECT_EQ(make_map(lab.process, BPF_MAP_TYPE_LRU_HASH), -EINVAL);
  EXPECT_NE(lab.process.last_reason().find("LRU"), std::string::npos);
  EXPECT_EQ(make_map(lab.process, 1000), -EINVAL);
}

TEST(BpfMapTypes, PerfEventArrayIsNoDeviceMap) {
  Lab lab;
  Device& asic = lab.add_asic();
  EXPECT_EQ(make_map(lab.process, BPF_MAP_TYPE_PERF_EVENT_ARRAY, lab.ifindex(asic), 0, 4), -EINVAL);
}

TEST(BpfModes, DeviceMapsOfRelaxedModeTakeMore) {
  for (const bool strict : {false, true}) {
    SCOPED_TRACE(strict);
    Lab lab({.strict = strict});
    Device& asic = lab.add_asic();
    const long map = make_map(lab.process, BPF_MAP_TYPE_HASH, lab.ifindex(asic));
    uint64_t value = 5;
    EXPECT_EQ(element(lab.process, BPF_MAP_UPDATE_ELEM, map, 1, &value), 0);
    value = 0;
    EXPECT_EQ(element(lab.process, BPF_MAP_LOOKUP_AND_DELETE_ELEM, map, 1, &value),
              strict ? -host::kNotSupported : 0);
    EXPECT_EQ(value, strict ? 0u : 5u);
    EXPECT_EQ(make_map(lab.process, BPF_MAP_TYPE_ARRAY, lab.ifindex(asic), BPF_F_MMAPABLE) < 0,
              strict);
  }
}

TEST(BpfTestRun, RunsProgramsOfTheHost) {
  Lab lab;
  const long fd = load(lab.process, pass()).fd;
  std::vector<uint8_t> in(64, 7), out(64);
  bpf_attr attr = empty_attr();
  attr.test.prog_fd = static_cast<uint32_t>(fd);
  attr.test.data_in = address_of(in.data());
  attr.test.data_size_in = 64;
  attr.test.data_out = address_of(out.data());
  attr.test.data_size_out = 64;
  EXPECT_EQ(lab.process.bpf(BPF_PROG_TEST_RUN, &attr), 0);
  EXPECT_EQ(attr.test.retval, 2u);
  EXPECT_EQ(out, in);
  attr.test.data_size_out = 10;
  EXPECT_EQ(lab.process.bpf(BPF_PROG_TEST_RUN, &attr), -ENOSPC);
}

}  // namespace
}  // namespace host_test
