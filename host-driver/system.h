// One simulated kernel: its objects, its network, its bpf(2).
// SPDX-License-Identifier: Apache-2.0
//
// Drivers put their devices into `network` and take them away before it goes; the same holds for references to objects.
#pragma once

#include "host-driver/objects.h"
#include "host-driver/rtnl/network.h"
#include "host-driver/syscall/bpf_syscall.h"

namespace host {

struct SystemOptions {
  uint32_t first_id = 1;  // of objects: apart from the running kernel's, where both are seen
  int first_ifindex = 1;
  BpfOptions bpf = {};
};

struct System {
  explicit System(const SystemOptions& options = {})
      : objects(options.first_id),
        network(objects, options.first_ifindex),
        bpf(objects, network, options.bpf) {}

  Objects objects;
  Network network;
  Bpf bpf;
};

}  // namespace host
