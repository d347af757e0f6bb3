// The tools' part of the laboratory, in terms of the network's functions and of bpf(2).
// SPDX-License-Identifier: Apache-2.0
#include "tests/host-driver/lab.h"

#include <linux/filter.h>
#include <linux/if_ether.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "host-driver/kernel_locks.h"
#include "host-driver/rtnl/classic_filter.h"
#include "tests/ebpf/asm.h"
#include "tests/host-driver/load.h"

namespace host_test {

using host::ObjectKind;
using host::rtnl_mutex;
using host::RtnlGuard;

const classic::Program kAcceptAll = {{.code = BPF_RET | BPF_K, .k = 0xffff'ffff}};

Lab::Lab(host::BpfOptions options)
    : system({.bpf = options}),
      process(system.bpf, pins, kRoot),
      in_elsewhere(system.bpf, pins, {.may_admin = true, .uid = 0, .net = kElsewhere}) {}

Lab::~Lab() {
  asics_.clear();
  pins.clear();
  system.objects.settle();
}

Device& Lab::add_asic(unsigned ports) {
  asics_.push_back(std::make_unique<Device>(system.network, next_address_++));
  for (unsigned i = 0; i < ports; ++i) static_cast<void>(asics_.back()->add_port(home()).value());
  return *asics_.back();
}

void Lab::remove_asic(Device& asic) {
  std::erase_if(asics_, [&](const auto& held) { return held.get() == &asic; });
}

host::net_device* Lab::port(Device& asic, unsigned number) { return asic.port(number); }

std::string Lab::knob(Device& asic, const std::string& path) {
  const auto value = asic.knob(path);
  return value ? *value : value.error().text();
}

void Lab::set_knob(Device& asic, const std::string& path, const std::string& value) {
  static_cast<void>(asic.set_knob(path, value).has_value());
}

int Lab::set_mtu(host::net_device* dev, uint32_t mtu) {
  const RtnlGuard rtnl(rtnl_mutex());
  return system.network.set_mtu(dev, mtu, nullptr);
}

int Lab::set_tc_offload(host::net_device* dev, bool on) {
  const RtnlGuard rtnl(rtnl_mutex());
  return system.network.set_hw_tc_offload(dev, on);
}

void Lab::move(host::net_device* dev, host::net* ns) {
  const RtnlGuard rtnl(rtnl_mutex());
  system.network.change_net_namespace(dev, ns);
}

int Lab::load(bpf_prog_type type, const std::vector<ebpf::Insn>& insns, int ifindex,
              std::string* log) {
  const Loaded loaded = host_test::load(process, insns, ifindex, type);
  if (log != nullptr) *log = loaded.log;
  return static_cast<int>(loaded.fd);
}

int Lab::load_ret0(bpf_prog_type type, int ifindex, std::string* log) {
  using namespace ebpf_test;
  return load(type, Code{} + mov(0, 0) + exit_insn(), ifindex, log);
}

int Lab::make_map(bpf_map_type type, int ifindex) {
  bpf_attr attr = empty_attr();
  attr.map_type = type;
  attr.key_size = 4;
  attr.value_size = 8;
  attr.max_entries = 2;
  attr.map_ifindex = static_cast<uint32_t>(ifindex);
  std::strcpy(attr.map_name, type == BPF_MAP_TYPE_HASH ? "htab" : "array");
  return static_cast<int>(process.bpf(BPF_MAP_CREATE, &attr));
}

int Lab::load_maps(bpf_prog_type type, int ifindex, std::vector<int> maps, std::string* log) {
  using namespace ebpf_test;
  const bool makes = maps.empty();
  if (makes) maps = {make_map(BPF_MAP_TYPE_HASH, ifindex), make_map(BPF_MAP_TYPE_ARRAY, ifindex)};
  int fd = std::min(maps[0], maps[1]);  // a map's error, if it has one
  if (fd >= 0) {
    const auto look_up = [](int map, int16_t to_miss) {
      return Code{} + op(0x62, 10, 0, -4, 0) + mov_reg(2, 10) + add(2, -4) +
             load_map(1, static_cast<uint32_t>(map)) + call(BPF_FUNC_map_lookup_elem) +
             jump_eq(0, 0, to_miss);
    };
    const Code code = look_up(maps[0], 9) + look_up(maps[1], 2) + mov(0, 0) + exit_insn() +
                      mov(0, 1) + exit_insn();
    fd = load(type, code, ifindex, log);
  }
  if (makes) {
    for (const int map : maps) close(map);
  }
  return fd;
}

Answer Lab::attach(host::net_device* dev, uint32_t flags, int fd) {
  Answer answer;
  host::netlink_ext_ack extack;
  const host::ObjectRef object = process.object(fd);
  const auto* prog = std::get_if<host::ProgRef>(&object);
  if (fd >= 0 && prog == nullptr) return {fd >= 0 ? -EBADF : fd, {}, {}};
  {
    const RtnlGuard rtnl(rtnl_mutex());
    answer.error =
        host::dev_change_xdp(dev, &extack, prog == nullptr ? host::ProgRef{} : *prog, {}, flags);
  }
  system.objects.settle();
  answer.extack = extack.msg;
  return answer;
}

Answer Lab::attach_ret0(host::net_device* dev, uint32_t flags) {
  std::string log;
  const int fd = load_ret0(BPF_PROG_TYPE_XDP, (flags & kHw) != 0 ? dev->ifindex : 0, &log);
  if (fd < 0) return {fd, {}, log};
  Answer answer = attach(dev, flags, fd);
  close(fd);
  answer.log = log;
  return answer;
}

Answer Lab::attach_maps(host::net_device* dev, uint32_t flags) {
  const int fd = load_maps(BPF_PROG_TYPE_XDP, dev->ifindex);
  if (fd < 0) return {fd, {}, {}};
  const Answer answer = attach(dev, flags, fd);
  close(fd);
  return answer;
}

host::XdpReport Lab::xdp(host::net_device* dev) {
  const RtnlGuard rtnl(rtnl_mutex());
  return host::xdp_report(dev);
}

void Lab::add_ingress(host::net_device* dev) {
  const RtnlGuard rtnl(rtnl_mutex());
  host::tc_add_ingress(dev, nullptr);
}

void Lab::flush(host::net_device* dev) {
  {
    const RtnlGuard rtnl(rtnl_mutex());
    host::tc_delete_ingress(dev, nullptr);
    host::tc_add_ingress(dev, nullptr);
  }
  system.objects.settle();
}

Answer Lab::filter_prog(host::net_device* dev, host::ClsBpfChange change, Filter options,
                        host::ProgRef prog) {
  host::ClsBpfFilter wanted;
  wanted.chain = options.chain;
  wanted.prio = options.prio;
  wanted.handle = options.handle;
  wanted.protocol = ETH_P_ALL;
  wanted.flags_gen = options.flags;
  wanted.direct_action = options.direct_action;
  if (options.is_classic) wanted.bytecode = kAcceptAll;
  wanted.name = "sample";
  wanted.prog = std::move(prog);
  Answer answer;
  host::netlink_ext_ack extack;
  {
    const RtnlGuard rtnl(rtnl_mutex());
    answer.error = host::cls_bpf_change(dev, &wanted, change, &extack);
  }
  wanted.prog.reset();
  system.objects.settle();
  answer.extack = extack.msg;
  return answer;
}

Answer Lab::filter_fd(host::net_device* dev, host::ClsBpfChange change, Filter options, int fd) {
  const host::ObjectRef object = process.object(fd);
  const auto* prog = std::get_if<host::ProgRef>(&object);
  return filter_prog(dev, change, options, prog == nullptr ? host::ProgRef{} : *prog);
}

Answer Lab::filter(host::net_device* dev, host::ClsBpfChange change, Filter options) {
  if (options.is_classic) {
    return filter_prog(dev, change, options, *host::classic_filter(system.objects, kAcceptAll));
  }
  const bool is_bound = (options.flags & kSkipSw) != 0;
  std::string log;
  const int fd = load_ret0(BPF_PROG_TYPE_SCHED_CLS, is_bound ? dev->ifindex : 0, &log);
  if (fd < 0) return {fd, {}, log};
  Answer answer = filter_fd(dev, change, options, fd);
  close(fd);
  answer.log = log;
  return answer;
}

Answer Lab::delete_filter(host::net_device* dev, Filter options) {
  Answer answer;
  host::netlink_ext_ack extack;
  {
    const RtnlGuard rtnl(rtnl_mutex());
    answer.error = host::cls_bpf_delete(dev, options.chain, options.prio, options.handle, &extack);
  }
  system.objects.settle();
  answer.extack = extack.msg;
  return answer;
}

std::vector<host::ClsBpfFilter> Lab::filters(host::net_device* dev) {
  const RtnlGuard rtnl(rtnl_mutex());
  return host::cls_bpf_list(dev);
}

std::vector<uint32_t> Lab::ids(ObjectKind kind) {
  const int command = kind == ObjectKind::kProg ? BPF_PROG_GET_NEXT_ID : BPF_MAP_GET_NEXT_ID;
  std::vector<uint32_t> found;
  bpf_attr attr = empty_attr();
  while (process.bpf(command, &attr) == 0) {
    found.push_back(attr.next_id);
    attr.start_id = attr.next_id;
  }
  return found;
}

unsigned Lab::programs() { return static_cast<unsigned>(ids(ObjectKind::kProg).size()); }
unsigned Lab::maps() { return static_cast<unsigned>(ids(ObjectKind::kMap).size()); }

bpf_prog_info Lab::program_info(uint32_t id, int* error) {
  bpf_attr attr = empty_attr();
  attr.prog_id = id;
  const int fd = static_cast<int>(process.bpf(BPF_PROG_GET_FD_BY_ID, &attr));
  bpf_prog_info info;
  std::memset(&info, 0, sizeof info);
  attr = empty_attr();
  attr.info.bpf_fd = static_cast<uint32_t>(fd);
  attr.info.info = address_of(&info);
  attr.info.info_len = sizeof info;
  const long result = fd < 0 ? fd : process.bpf(BPF_OBJ_GET_INFO_BY_FD, &attr);
  if (error != nullptr) *error = static_cast<int>(result);
  if (fd >= 0) close(fd);
  return info;
}

DeviceOfObject Lab::device_of_fd(ObjectKind kind, int fd, host::LocalProcess& asking) {
  bpf_prog_info prog;
  bpf_map_info map;
  std::memset(&prog, 0, sizeof prog);
  std::memset(&map, 0, sizeof map);
  const bool is_prog = kind == ObjectKind::kProg;
  bpf_attr attr = empty_attr();
  attr.info.bpf_fd = static_cast<uint32_t>(fd);
  attr.info.info = is_prog ? address_of(&prog) : address_of(&map);
  attr.info.info_len = is_prog ? sizeof prog : sizeof map;
  DeviceOfObject out;
  out.error = static_cast<int>(asking.bpf(BPF_OBJ_GET_INFO_BY_FD, &attr));
  out.ifindex = is_prog ? prog.ifindex : map.ifindex;
  out.ns_dev = is_prog ? prog.netns_dev : map.netns_dev;
  out.ns_ino = is_prog ? prog.netns_ino : map.netns_ino;
  const host::NetNamespace own = asking.caller().credentials.net;
  if (own.dev != out.ns_dev || own.ino != out.ns_ino) return out;
  const RtnlGuard rtnl(rtnl_mutex());
  const host::net_device* dev =
      host::dev_get_by_index(system.network.namespace_of(own), static_cast<int>(out.ifindex));
  if (dev != nullptr) out.ifname = dev->name;
  return out;
}

DeviceOfObject Lab::device_of(ObjectKind kind, uint32_t id, host::LocalProcess& asking) {
  bpf_attr attr = empty_attr();
  attr.prog_id = id;
  const int command = kind == ObjectKind::kProg ? BPF_PROG_GET_FD_BY_ID : BPF_MAP_GET_FD_BY_ID;
  const int fd = static_cast<int>(asking.bpf(command, &attr));
  DeviceOfObject out = device_of_fd(kind, fd, asking);
  asking.close(fd);
  return out;
}

}  // namespace host_test
