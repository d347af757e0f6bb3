// A card as a network device of the simulated kernel: our driver under the kernel's offload interface.
// SPDX-License-Identifier: Apache-2.0
//
//   Result<std::unique_ptr<Adapter>> adapter = Adapter::create(network, {.config = config, .target = target});
//   net_device* nic = *(*adapter)->add_port(ns, "nic0");     // loads, maps and attachments reach the card through it
//
// The card has one vNIC, so one device; a program that is attached gets the packets of all ports. Any thread may call.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "host-driver/rtnl/network.h"
#include "nic-model/live_card.h"
#include "offload-compiler/compiler.h"

namespace host::nfp {

struct Asic;
struct Port;

class Adapter {
 public:
  struct Options {
    nic::Config config;
    // The firmware of the card, and how programs are translated; who loads a program says whether it is under relaxed rules.
    offload::Target target;
    uint64_t seed = 1;
    // Simulated time catches up with the wall clock at each call, and runs ahead only while the host waits for the card.
    // Otherwise it passes with what the host does alone.
    bool follows_wall_clock = false;
  };

  // Error: the card does not power on, or its firmware cannot be used.
  static base::Result<std::unique_ptr<Adapter>> create(Network& network, const Options& options);
  ~Adapter();  // removes the device
  Adapter(const Adapter&) = delete;
  Adapter& operator=(const Adapter&) = delete;

  // Error: the device is there already, or its name is taken.
  base::Result<net_device*> add_port(net* ns, const std::string& name);
  void remove_port();

  // The card, which nobody else uses during the call.
  void with_card(const std::function<void(nic::LiveCard&)>& use);
  // Packets that leave the card while no test runs; called with the card in use.
  void on_departure(std::function<void(const nic::Departure&)> hook);

  // Faults that strike next, and counters, which can only be read (knobs.def).
  base::Result<std::string> knob(const std::string& name) const;
  base::Result<void> set_knob(const std::string& name, const std::string& value);
  std::vector<std::string> knob_names() const;
  std::vector<std::string> faults() const;  // LiveCard::faults()
  // What a driver writes to the kernel's log: the last lines.
  std::vector<std::string> log() const;

 private:
  Adapter(Network& network, std::unique_ptr<Asic> asic);

  Network& network_;
  std::unique_ptr<Asic> asic_;
  std::unique_ptr<Port> port_;
};

}  // namespace host::nfp
