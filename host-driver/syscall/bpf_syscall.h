// bpf(2) of the simulated kernel: every command on union bpf_attr, with the kernel's errno for every misuse.
// SPDX-License-Identifier: Apache-2.0
//
//   Bpf bpf(objects, network, {});
//   long result = bpf.call(caller, BPF_MAP_CREATE, attr_address, attr_bytes);   // as the system call: or -errno
//
// One row a command in commands.def. Calls may come from several threads at once.
#pragma once

#include <cstdint>

#include "host-driver/caller.h"
#include "host-driver/objects.h"
#include "host-driver/rtnl/network.h"

namespace host {

struct BpfOptions {
  // Answer as Linux does with a real card. Otherwise also: PROG_TEST_RUN, batches and LOOKUP_AND_DELETE on device maps, BTF
  // of device maps, global data as array maps on the device.
  bool strict = false;
  uint64_t max_map_bytes = uint64_t{1} << 30;  // entries of one host map
};

class Bpf {
 public:
  // Both outlive it.
  Bpf(Objects& objects, Network& network, BpfOptions options = {});

  long call(const Caller& caller, int command, uint64_t attr_address, uint32_t attr_bytes);

  Objects& objects() { return objects_; }
  Network& network() { return network_; }
  const BpfOptions& options() const { return options_; }

 private:
  Objects& objects_;
  Network& network_;
  BpfOptions options_;
};

}  // namespace host
