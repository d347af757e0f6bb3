// Offload devices: registration of netdevs, and what becomes of programs and maps when one leaves.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cassert>
#include <cerrno>
#include <mutex>
#include <shared_mutex>

#include "host-driver/kernel_locks.h"
#include "host-driver/offload_core_p.h"

namespace host {

namespace {

void move_to(bpf_offload_netdev* to, bpf_offload_netdev* from) {
  for (bpf_prog* prog : from->progs) prog->aux->offload->netdev = to->netdev;
  for (bpf_map* map : from->maps) map->offmap->netdev = to->netdev;
  to->progs.insert(to->progs.end(), from->progs.begin(), from->progs.end());
  to->maps.insert(to->maps.end(), from->maps.begin(), from->maps.end());
  from->progs.clear();
  from->maps.clear();
}

// Orphans are hidden from those who ask by id, as kernels did that released the id with the device (docs/kernel-interface.md).
void make_orphans(bpf_offload_netdev* ondev) {
  while (!ondev->progs.empty()) {
    bpf_prog* prog = ondev->progs.back();
    offload_forget_prog(prog);
    prog->aux->id_released = true;
  }
  while (!ondev->maps.empty()) {
    bpf_map* map = ondev->maps.back();
    offload_forget_map(map);
    map->id_released = true;
  }
}

}  // namespace

bpf_offload_dev* bpf_offload_dev_create(const bpf_prog_offload_ops* ops, void* priv) {
  auto* offdev = new bpf_offload_dev;
  offdev->ops = ops;
  offdev->priv = priv;
  return offdev;
}

void bpf_offload_dev_destroy(bpf_offload_dev* offdev) {
  assert(offdev->netdevs.empty() && "netdevs leave before their offload device");
  delete offdev;
}

void* bpf_offload_dev_priv(bpf_offload_dev* offdev) { return offdev->priv; }

int bpf_offload_dev_netdev_register(bpf_offload_dev* offdev, net_device* netdev) {
  const std::lock_guard guard(devices_lock());
  if (netdev->offload != nullptr) return -EEXIST;
  auto* ondev = new bpf_offload_netdev;
  ondev->netdev = netdev;
  ondev->offdev = offdev;
  netdev->offload = ondev;
  offdev->netdevs.insert(offdev->netdevs.begin(), ondev);
  return 0;
}

void bpf_offload_dev_netdev_unregister(bpf_offload_dev* offdev, net_device* netdev) {
  const std::lock_guard guard(devices_lock());
  bpf_offload_netdev* ondev = netdev->offload;
  assert(ondev != nullptr && ondev->offdev == offdev && "a netdev leaves where it registered");
  std::erase(offdev->netdevs, ondev);
  if (offdev->netdevs.empty()) {
    make_orphans(ondev);
  } else {
    move_to(offdev->netdevs.front(), ondev);
  }
  netdev->offload = nullptr;
  delete ondev;
}

bool offload_is_bound_to(const bpf_prog* prog, const net_device* netdev) {
  const bpf_prog_offload* offload = prog->aux->offload.get();
  if (offload == nullptr || netdev == nullptr || netdev->offload == nullptr) return false;
  return offload->netdev == netdev || netdev->offload->offdev == offload->offdev;
}

bool bpf_offload_dev_match(const bpf_prog* prog, net_device* netdev) {
  const std::shared_lock guard(devices_lock());
  return offload_is_bound_to(prog, netdev);
}

int offload_check_device(const net_device* netdev) {
  if (netdev == nullptr) return -EINVAL;
  if (netdev->netdev_ops->ndo_bpf == nullptr) return -EOPNOTSUPP;
  return netdev->offload == nullptr ? -EINVAL : 0;
}

}  // namespace host
