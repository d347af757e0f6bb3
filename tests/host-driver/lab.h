// A laboratory of offload: a simulated kernel, netdevsim devices, and a process that does what ip, tc and bpftool do.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/if_link.h>
#include <linux/pkt_cls.h>

#include <memory>
#include <string>
#include <vector>

#include "host-driver/bpf_attr.h"
#include "host-driver/drivers/netdevsim/netdevsim.h"
#include "host-driver/local_process.h"
#include "host-driver/rtnl/cls_bpf.h"
#include "host-driver/rtnl/xdp.h"
#include "host-driver/system.h"

namespace host_test {

using host::netdevsim::Device;

// What a command of a tool ends with.
struct Answer {
  int error = 0;  // negative errno
  std::string extack;
  std::string log;  // of the verifier

  bool ok() const { return error == 0; }
};

// Options of a filter as tc takes them.
struct Filter {
  uint32_t flags = 0;  // TCA_CLS_FLAGS_SKIP_*
  uint32_t chain = 0, prio = 0, handle = 0;
  bool is_classic = false;  // bytecode instead of a program
  bool direct_action = false;
};

// What bpftool prints of an object's device.
struct DeviceOfObject {
  int error = 0;
  uint32_t ifindex = 0;
  uint64_t ns_dev = 0, ns_ino = 0;
  std::string ifname;  // only of a device in the asking namespace
};

inline constexpr uint32_t kSkb = XDP_FLAGS_SKB_MODE, kDrv = XDP_FLAGS_DRV_MODE,
                          kHw = XDP_FLAGS_HW_MODE, kNoForce = XDP_FLAGS_UPDATE_IF_NOEXIST;
inline constexpr uint32_t kSkipHw = TCA_CLS_FLAGS_SKIP_HW, kSkipSw = TCA_CLS_FLAGS_SKIP_SW;

class Lab {
 public:
  explicit Lab(host::BpfOptions options = {});
  ~Lab();

  // ---- devices
  Device& add_asic(unsigned ports = 1);
  void remove_asic(Device& asic);
  host::net_device* port(Device& asic, unsigned number);
  int ifindex(Device& asic, unsigned number = 0) { return port(asic, number)->ifindex; }
  host::net* home() { return system.network.namespace_of(kHome); }
  host::net* elsewhere() { return system.network.namespace_of(kElsewhere); }
  std::string knob(Device& asic, const std::string& path);
  void set_knob(Device& asic, const std::string& path, const std::string& value);
  int set_mtu(host::net_device* dev, uint32_t mtu);
  int set_tc_offload(host::net_device* dev, bool on);
  void move(host::net_device* dev, host::net* ns);

  // ---- programs: descriptors of the process, or -errno
  int load_ret0(bpf_prog_type type, int ifindex, std::string* log = nullptr);
  // Looks key 0 up in the hash and in the array; both are made when they are not given.
  int load_maps(bpf_prog_type type, int ifindex, std::vector<int> maps = {},
                std::string* log = nullptr);
  int make_map(bpf_map_type type, int ifindex);
  void close(int fd) { process.close(fd); }

  // ---- ip link
  Answer attach(host::net_device* dev, uint32_t flags, int fd);  // fd -1: off
  // Loads for the device when the mode is offload, attaches, and goes.
  Answer attach_ret0(host::net_device* dev, uint32_t flags);
  Answer attach_maps(host::net_device* dev, uint32_t flags);
  Answer detach(host::net_device* dev, uint32_t mode, bool force = true) {
    return attach(dev, mode | (force ? 0 : kNoForce), -1);
  }
  host::XdpReport xdp(host::net_device* dev);

  // ---- tc
  void add_ingress(host::net_device* dev);
  void flush(host::net_device* dev);  // the qdisc and its filters
  Answer filter(host::net_device* dev, host::ClsBpfChange change, Filter options);
  Answer filter_prog(host::net_device* dev, host::ClsBpfChange change, Filter options,
                     host::ProgRef prog);
  Answer filter_fd(host::net_device* dev, host::ClsBpfChange change, Filter options, int fd);
  Answer add_filter(host::net_device* dev, Filter options) {
    return filter(dev, host::ClsBpfChange::kCreate, options);
  }
  Answer delete_filter(host::net_device* dev, Filter options);
  std::vector<host::ClsBpfFilter> filters(host::net_device* dev);

  // ---- bpftool
  unsigned programs();
  unsigned maps();
  std::vector<uint32_t> ids(host::ObjectKind kind);
  bpf_prog_info program_info(uint32_t id, int* error = nullptr);
  DeviceOfObject device_of(host::ObjectKind kind, uint32_t id, host::LocalProcess& asking);
  DeviceOfObject device_of_fd(host::ObjectKind kind, int fd, host::LocalProcess& asking);

  static constexpr host::NetNamespace kHome{4, 1001}, kElsewhere{4, 1002};
  static constexpr host::Credentials kRoot{.may_admin = true, .uid = 0, .net = kHome};

  host::System system;
  host::PinTable pins;
  host::LocalProcess process;
  host::LocalProcess in_elsewhere;

 private:
  int load(bpf_prog_type type, const std::vector<ebpf::Insn>& insns, int ifindex, std::string* log);

  std::vector<std::unique_ptr<Device>> asics_;
  uint32_t next_address_ = 1;
};

using host::address_of;
using host::empty_attr;

}  // namespace host_test
