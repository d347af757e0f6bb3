// Maps of the offload core: made and freed through ndo_bpf, their entries reached through the driver's map operations.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cassert>
#include <cerrno>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "host-driver/kernel_locks.h"
#include "host-driver/offload_core.h"
#include "host-driver/offload_core_p.h"
#include "host-driver/rtnl/network.h"

namespace host {

namespace {

template <typename Op, typename... Args>
int call_driver(bpf_map* map, Op bpf_map_dev_ops::*op, Args&&... args) {
  const std::shared_lock guard(devices_lock());
  bpf_offloaded_map* offmap = map->offmap.get();
  if (offmap->netdev == nullptr) return -ENODEV;
  const auto function = offmap->dev_ops->*op;
  return function == nullptr ? -kNotSupported : function(offmap, std::forward<Args>(args)...);
}

int tell_device(net_device* netdev, bpf_offloaded_map* offmap, bpf_netdev_command command) {
  netdev_bpf request;
  request.command = command;
  request.offmap = offmap;
  return netdev->netdev_ops->ndo_bpf(netdev, &request);
}

}  // namespace

int bpf_map_offload_map_alloc(bpf_map* map, net* ns, int ifindex, uint32_t dev_flags) {
  const RtnlGuard rtnl(rtnl_mutex());
  net_device* netdev = dev_get_by_index(ns, ifindex);
  const std::lock_guard guard(devices_lock());
  if (const int error = offload_check_device(netdev); error != 0) return error;
  auto offmap =
      std::make_unique<bpf_offloaded_map>(bpf_offloaded_map{.map = *map, .netdev = netdev});
  offmap->dev_flags = dev_flags;
  if (const int error = tell_device(netdev, offmap.get(), BPF_OFFLOAD_MAP_ALLOC); error != 0)
    return error;
  assert(offmap->dev_ops != nullptr && "a driver that makes a map says how to reach it");
  netdev->offload->maps.push_back(map);
  map->offmap = std::move(offmap);
  return 0;
}

void offload_forget_map(bpf_map* map) {
  bpf_offloaded_map* offmap = map->offmap.get();
  [[maybe_unused]] const int error = tell_device(offmap->netdev, offmap, BPF_OFFLOAD_MAP_FREE);
  assert(error == 0 && "a driver can always free a map");
  std::erase(offmap->netdev->offload->maps, map);
  offmap->netdev = nullptr;
}

void bpf_map_offload_map_free(bpf_map* map) {
  const RtnlGuard rtnl(rtnl_mutex());
  const std::lock_guard guard(devices_lock());
  if (map->offmap->netdev != nullptr) offload_forget_map(map);
}

int bpf_map_offload_lookup_elem(bpf_map* map, const void* key, void* value) {
  return call_driver(map, &bpf_map_dev_ops::map_lookup_elem, key, value);
}

int bpf_map_offload_update_elem(bpf_map* map, const void* key, const void* value, uint64_t flags) {
  if (flags > BPF_EXIST) return -EINVAL;
  return call_driver(map, &bpf_map_dev_ops::map_update_elem, key, value, flags);
}

int bpf_map_offload_delete_elem(bpf_map* map, const void* key) {
  return call_driver(map, &bpf_map_dev_ops::map_delete_elem, key);
}

int bpf_map_offload_get_next_key(bpf_map* map, const void* key, void* next_key) {
  return call_driver(map, &bpf_map_dev_ops::map_get_next_key, key, next_key);
}

int bpf_map_offload_lookup_batch(bpf_map* map, const void* key, uint32_t most,
                                 const EntryVisit& visit) {
  return call_driver(map, &bpf_map_dev_ops::map_lookup_batch, key, most, visit);
}

int bpf_map_offload_update_batch(bpf_map* map, std::span<const EntryView> entries, uint64_t flags,
                                 size_t* done) {
  if (flags > BPF_EXIST) return -EINVAL;
  return call_driver(map, &bpf_map_dev_ops::map_update_batch, entries, flags, done);
}

int bpf_map_offload_delete_batch(bpf_map* map, std::span<const EntryView> entries, size_t* done) {
  return call_driver(map, &bpf_map_dev_ops::map_delete_batch, entries, done);
}

int bpf_map_offload_info_fill(const bpf_map* map, DeviceInfo* info) {
  const RtnlGuard rtnl(rtnl_mutex());
  const std::shared_lock guard(devices_lock());
  const net_device* netdev = map->offmap->netdev;
  if (netdev == nullptr) return -ENODEV;
  info->ifindex = static_cast<uint32_t>(netdev->ifindex);
  info->net = netdev->nd_net->name;
  return 0;
}

}  // namespace host
