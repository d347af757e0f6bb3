// Inside of the offload core: offload devices and the netdevs that are registered with them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "host-driver/netdev_offload.h"

namespace host {

// All under the devices lock.
struct bpf_offload_dev {
  const bpf_prog_offload_ops* ops = nullptr;
  void* priv = nullptr;
  std::vector<bpf_offload_netdev*> netdevs;  // last registered first
};

struct bpf_offload_netdev {
  net_device* netdev = nullptr;
  bpf_offload_dev* offdev = nullptr;
  std::vector<bpf_prog*> progs;
  std::vector<bpf_map*> maps;
};

// The devices lock is held for writing.
void offload_forget_prog(bpf_prog* prog);  // its driver's state goes; an orphan, if it was none
void offload_forget_map(bpf_map* map);

// Whether the device can offload at all: EINVAL none, or not registered; EOPNOTSUPP no ndo_bpf. The devices lock is held.
int offload_check_device(const net_device* netdev);

// The devices lock is held.
bool offload_is_bound_to(const bpf_prog* prog, const net_device* netdev);

}  // namespace host
