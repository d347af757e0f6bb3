// The network of the simulated kernel: namespaces and the devices in them.
// SPDX-License-Identifier: Apache-2.0
//
//   Network network(objects);
//   net* ns = network.namespace_of(caller.credentials.net);
//   const RtnlGuard rtnl(rtnl_mutex());
//   network.register_netdevice(ns, &dev);     // the driver owns the device
//
// As in the kernel, whoever handles a request holds RTNL from the look-up of the device to the end; namespace_of() alone needs
// no lock. Afterwards, without it, objects().settle() frees what the request left behind.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "host-driver/caller.h"
#include "host-driver/netdev_offload.h"

namespace host {

class Objects;
class Network;

struct net {
  NetNamespace name;
  Network* network = nullptr;
  std::vector<net_device*> devices;  // by ifindex
};

class Network {
 public:
  // Indices that are not asked for count from `first_ifindex`, so that they stay clear of the host's own devices.
  explicit Network(Objects& objects, int first_ifindex = 1);
  // All devices are unregistered.
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  Objects& objects() { return objects_; }

  // Made when it is first named; the pointer stays valid.
  net* namespace_of(NetNamespace name);

  // ifindex 0: the next free one. EEXIST: index or name are taken there; else what ndo_init says.
  int register_netdevice(net* ns, net_device* dev);
  // Filters and XDP programs go first. nd_net stays for what the driver still has to undo.
  void unregister_netdevice(net_device* dev);

  // EEXIST: the name is taken there. The index stays when it is free there.
  int change_net_namespace(net_device* dev, net* ns);
  // EINVAL, EBUSY: the driver refuses.
  int set_mtu(net_device* dev, uint32_t mtu, netlink_ext_ack* extack);
  // hw-tc-offload of ethtool -K. EBUSY: filters are on the device.
  int set_hw_tc_offload(net_device* dev, bool on);

 private:
  int free_ifindex(const net* ns);

  Objects& objects_;
  int next_ifindex_;
  std::mutex namespaces_mutex_;
  std::list<net> namespaces_;
};

// nullptr: no such device.
net_device* dev_get_by_index(const net* ns, int ifindex);
net_device* dev_get_by_name(const net* ns, std::string_view name);

}  // namespace host
