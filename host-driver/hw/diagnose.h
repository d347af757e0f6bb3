// Whether a network interface of this machine can offload, and what is missing when it cannot.
// SPDX-License-Identifier: Apache-2.0
//
// Asks in the order in which the answers tell most: the interface, our rights, a map on its device. Nothing stays behind.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"

namespace host {

enum class HardwareAnswer {
  kReady,        // maps and programs can be offloaded
  kNoInterface,  // no such name in our network namespace
  kNoRights,
  kNoDriverSupport,  // the driver has no XDP at all
  kNotRegistered,    // it has XDP, but offers no offload
  kUnexpected,
};

struct Hardware {
  HardwareAnswer answer = HardwareAnswer::kUnexpected;
  std::string driver;    // empty: unknown
  std::string sentence;  // one, for people: lower case, no full stop
  unsigned ifindex = 0;
};

// What is asked of the machine; tests have their own.
struct HardwareProbe {
  std::function<unsigned(const std::string& name)> index;      // 0: none
  std::function<std::string(const std::string& name)> driver;  // of the interface
  std::function<bool()> is_admin;                   // CAP_SYS_ADMIN, or CAP_BPF and CAP_NET_ADMIN
  std::function<int(unsigned ifindex)> create_map;  // 0 and no map is left, or -errno
};
HardwareProbe probe_of_this_machine();

Hardware diagnose(const std::string& interface, const HardwareProbe& probe);

}  // namespace host
