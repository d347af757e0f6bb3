// Namespaces and net devices: registration, moves, MTU and the one feature flag that offload asks for.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/rtnl/network.h"

#include <algorithm>
#include <cassert>
#include <cerrno>

#include "host-driver/rtnl/cls_bpf.h"
#include "host-driver/rtnl/xdp.h"

namespace host {

namespace {

void insert(net* ns, net_device* dev) {
  const auto at = std::ranges::upper_bound(ns->devices, dev->ifindex, {}, &net_device::ifindex);
  ns->devices.insert(at, dev);
  dev->nd_net = ns;
}

constexpr uint32_t kMinMtu = 68, kMaxMtu = 65535;

}  // namespace

net_device* dev_get_by_index(const net* ns, int ifindex) {
  const auto found = std::ranges::find(ns->devices, ifindex, &net_device::ifindex);
  return found == ns->devices.end() ? nullptr : *found;
}

net_device* dev_get_by_name(const net* ns, std::string_view name) {
  const auto found = std::ranges::find(ns->devices, name, &net_device::name);
  return found == ns->devices.end() ? nullptr : *found;
}

Network::Network(Objects& objects, int first_ifindex)
    : objects_(objects), next_ifindex_(first_ifindex) {}

Network::~Network() {
  for ([[maybe_unused]] const net& ns : namespaces_)
    assert(ns.devices.empty() && "drivers take their devices away before the network goes");
}

net* Network::namespace_of(NetNamespace name) {
  const std::lock_guard guard(namespaces_mutex_);
  const auto found = std::ranges::find(namespaces_, name, &net::name);
  if (found != namespaces_.end()) return &*found;
  namespaces_.push_back({name, this, {}});
  return &namespaces_.back();
}

int Network::free_ifindex(const net* ns) {
  while (dev_get_by_index(ns, next_ifindex_) != nullptr) ++next_ifindex_;
  return next_ifindex_++;
}

int Network::register_netdevice(net* ns, net_device* dev) {
  if (dev_get_by_name(ns, dev->name) != nullptr) return -EEXIST;
  if (dev->ifindex == 0) dev->ifindex = free_ifindex(ns);
  if (dev_get_by_index(ns, dev->ifindex) != nullptr) return -EEXIST;
  dev->nd_net = ns;
  if (const auto init = dev->netdev_ops->ndo_init; init != nullptr) {
    if (const int error = init(dev); error != 0) {
      dev->nd_net = nullptr;
      return error;
    }
  }
  insert(ns, dev);
  return 0;
}

void Network::unregister_netdevice(net_device* dev) {
  tc_shutdown(dev);
  dev_xdp_uninstall(dev);
  std::erase(dev->nd_net->devices, dev);
  if (const auto uninit = dev->netdev_ops->ndo_uninit; uninit != nullptr) uninit(dev);
}

int Network::change_net_namespace(net_device* dev, net* ns) {
  if (dev->nd_net == ns) return 0;
  if (dev_get_by_name(ns, dev->name) != nullptr) return -EEXIST;
  std::erase(dev->nd_net->devices, dev);
  if (dev_get_by_index(ns, dev->ifindex) != nullptr) dev->ifindex = free_ifindex(ns);
  insert(ns, dev);
  return 0;
}

int Network::set_mtu(net_device* dev, uint32_t mtu, netlink_ext_ack* extack) {
  if (mtu < kMinMtu || mtu > kMaxMtu) {
    nl_set_err_msg(
        extack, mtu < kMinMtu ? "mtu less than device minimum" : "mtu greater than device maximum");
    return -EINVAL;
  }
  if (const auto change = dev->netdev_ops->ndo_change_mtu; change != nullptr) {
    if (const int error = change(dev, mtu); error != 0) return error;
  }
  dev->mtu = mtu;
  return 0;
}

int Network::set_hw_tc_offload(net_device* dev, bool on) {
  if ((dev->hw_features & NETIF_F_HW_TC) == 0) return -EOPNOTSUPP;
  const uint64_t features = on ? dev->features | NETIF_F_HW_TC : dev->features & ~NETIF_F_HW_TC;
  if (features == dev->features) return 0;
  if (const auto set = dev->netdev_ops->ndo_set_features; set != nullptr) {
    if (const int error = set(dev, features); error != 0) return error;
  }
  dev->features = features;
  return 0;
}

}  // namespace host
