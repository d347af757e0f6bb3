// A simulated kernel with a card in it, and a process that uses both through bpf(2).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <linux/if_link.h>
#include <linux/pkt_cls.h>

#include <cstring>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "host-driver/bpf_attr.h"
#include "host-driver/drivers/nfp/adapter.h"
#include "host-driver/kernel_locks.h"
#include "host-driver/local_process.h"
#include "host-driver/rtnl/cls_bpf.h"
#include "host-driver/rtnl/xdp.h"
#include "host-driver/system.h"
#include "tests/ebpf/asm.h"
#include "tests/host-driver/load.h"

namespace harness {

using ebpf_test::Code;
using ebpf_test::operator+;

using host::address_of;
using host::empty_attr;

struct AdapterLab {
  static constexpr host::NetNamespace kHome{4, 1001};

  host::System system;
  host::PinTable pins;
  std::unique_ptr<host::nfp::Adapter> adapter;
  host::net_device* nic = nullptr;
  std::unique_ptr<host::LocalProcess> process;
  std::string log;     // of the last load
  std::string extack;  // of the last attachment

  explicit AdapterLab(const std::string& target = "nfp/full",
                      const nic::Config& config = *nic::load_config("agilio-cx-2x40")) {
    auto made = host::nfp::Adapter::create(
        system.network, {.config = config, .target = *offload::parse_target(target)});
    EXPECT_TRUE(made) << made.error().text();
    adapter = std::move(*made);
    auto port = adapter->add_port(system.network.namespace_of(kHome), "nic0");
    EXPECT_TRUE(port) << port.error().text();
    nic = *port;
    process = std::make_unique<host::LocalProcess>(
        system.bpf, pins, host::Credentials{.may_admin = true, .uid = 0, .net = kHome});
  }
  ~AdapterLab() {
    process.reset();
    adapter.reset();
    pins.clear();
    system.objects.settle();
  }
  AdapterLab(const AdapterLab&) = delete;
  AdapterLab& operator=(const AdapterLab&) = delete;

  int map(uint32_t type, uint32_t entries, uint32_t value_bytes = 8, bool on_card = true,
          uint32_t key_bytes = 4) {
    bpf_attr attr = empty_attr();
    attr.map_type = type;
    attr.key_size = key_bytes;
    attr.value_size = value_bytes;
    attr.max_entries = entries;
    attr.map_ifindex = on_card ? static_cast<uint32_t>(nic->ifindex) : 0;
    return static_cast<int>(process->bpf(BPF_MAP_CREATE, &attr));
  }

  int load(const Code& code, bpf_prog_type type = BPF_PROG_TYPE_XDP) {
    const host_test::Loaded loaded = host_test::load(*process, code, nic->ifindex, type);
    log = loaded.log;
    return static_cast<int>(loaded.fd);
  }

  host::ProgRef prog(int fd) {
    const host::ObjectRef object = process->object(fd);
    const auto* found = std::get_if<host::ProgRef>(&object);
    return found == nullptr ? host::ProgRef{} : *found;
  }

  // fd -1: off.
  int attach(int fd, uint32_t flags = XDP_FLAGS_HW_MODE) {
    host::netlink_ext_ack ack;
    int error = 0;
    {
      const host::RtnlGuard rtnl(host::rtnl_mutex());
      error = host::dev_change_xdp(nic, &ack, prog(fd), {}, flags);
    }
    system.objects.settle();
    extack = ack.msg;
    return error;
  }

  int element(int command, int fd, uint32_t key, void* value, uint64_t flags = 0) {
    bpf_attr attr = empty_attr();
    attr.map_fd = static_cast<uint32_t>(fd);
    attr.key = address_of(&key);
    if (command != BPF_MAP_DELETE_ELEM) attr.value = address_of(value);
    if (command == BPF_MAP_UPDATE_ELEM) attr.flags = flags;
    return static_cast<int>(process->bpf(command, &attr));
  }
  uint64_t get(int fd, uint32_t key) {
    uint64_t value = 0;
    EXPECT_EQ(element(BPF_MAP_LOOKUP_ELEM, fd, key, &value), 0);
    return value;
  }
  int put(int fd, uint32_t key, uint64_t value, uint64_t flags = 0) {
    return element(BPF_MAP_UPDATE_ELEM, fd, key, &value, flags);
  }

  struct Tested {
    int error;
    uint32_t verdict, duration_ns;
    std::vector<uint8_t> packet;
  };
  Tested test_run(int fd, std::vector<uint8_t> packet, uint32_t repeat = 1) {
    std::vector<uint8_t> out(4096);
    bpf_attr attr = empty_attr();
    attr.test.prog_fd = static_cast<uint32_t>(fd);
    attr.test.data_in = address_of(packet.data());
    attr.test.data_size_in = static_cast<uint32_t>(packet.size());
    attr.test.data_out = address_of(out.data());
    attr.test.data_size_out = static_cast<uint32_t>(out.size());
    attr.test.repeat = repeat;
    const long error = process->bpf(BPF_PROG_TEST_RUN, &attr);
    if (error == 0) out.resize(attr.test.data_size_out);
    return {static_cast<int>(error), attr.test.retval, attr.test.duration, std::move(out)};
  }

  // `count` packets of 60 bytes, a microsecond apart; returns when they have left.
  void send(unsigned count) {
    std::vector<nic::Frame> frames(count);
    for (size_t i = 0; i < frames.size(); ++i) {
      frames[i].arrival_ps = i * 1'000'000;
      frames[i].bytes.assign(60, 1);
      frames[i].wire_bytes = 60;
    }
    sources_.emplace_back(nic::from_frames(std::move(frames)));
    adapter->with_card([&](nic::LiveCard& card) {
      EXPECT_TRUE(card.attach(sources_.back(), {}));
      card.run_until(card.now_ps() + (count + 100) * 1'000'000);
    });
  }
  std::string knob(const std::string& name) {
    const auto value = adapter->knob(name);
    return value ? *value : value.error().text();
  }

 private:
  std::list<nic::PacketSource> sources_;
};

inline Code returning(int32_t verdict) {
  return Code{} + ebpf_test::mov(0, verdict) + ebpf_test::exit_insn();
}

// map[0] += 1 atomically, 64 bits; drops.
inline Code counting(int map) {
  using namespace ebpf_test;
  // The key by a register: the driver cannot store immediates.
  return Code{} + mov(2, 0) + op(0x63, 10, 2, -4, 0) + mov_reg(2, 10) + add(2, -4) +
         load_map(1, static_cast<uint32_t>(map)) + call(BPF_FUNC_map_lookup_elem) +
         jump_eq(0, 0, 2) + mov(1, 1) + op(0xdb, 0, 1, 0, 0) + mov(0, XDP_DROP) + exit_insn();
}

}  // namespace harness
