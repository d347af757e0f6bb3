// The driver of a card, as a server needs it: ports that come and go, and knobs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "host-driver/drivers/nfp/adapter.h"
#include "host-driver/rtnl/network.h"

namespace interpose {

// Callbacks own what they need; what they leave behind goes with the last of them.
struct CardDriver {
  // Error: the name is taken.
  std::function<base::Result<host::net_device*>(host::net* ns, const std::string& name)> add_port;
  std::function<void(host::net_device*)> remove_port;
  std::function<void()> catch_up;  // the card lives up to now, and what it sent is delivered
  std::function<std::vector<std::string>()> knobs;
  std::function<base::Result<std::string>(const std::string& knob)> read_knob;
  std::function<base::Result<void>(const std::string& knob, const std::string& value)> write_knob;
};

using MakeCard = std::function<base::Result<CardDriver>(host::Network& network)>;

// Accepts programs and maps and never runs them.
base::Result<CardDriver> make_netdevsim_card(host::Network& network);

struct TapNames {
  std::string wire, host;  // empty: the card has no cable
};

// A simulated card that runs them, under our driver, with as many receive queues as this host has processors, or fewer.
MakeCard nfp_card(host::nfp::Adapter::Options options, const TapNames& taps = {});

}  // namespace interpose
