// What a server puts behind its front ends; the driver of the card is a parameter of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "host-driver/interpose/perf_events.h"
#include "host-driver/interpose/placeholders.h"
#include "host-driver/rtnl/netlink/route.h"
#include "host-driver/syscall/bpf_syscall.h"

namespace interpose {

// An answer to `millrace knob`: text, or why not.
using Knob = std::function<base::Result<std::string>(const std::string& request)>;

struct Services {
  host::Objects& objects;
  host::Network& network;
  host::Bpf& relaxed;
  host::Bpf& strict;
  host::RouteAbi& route;
  Placeholders& placeholders;
  PerfEvents& perf_events;
  Knob knob;
  std::string pins;  // folder that front ends show as a bpf file system
};

}  // namespace interpose
