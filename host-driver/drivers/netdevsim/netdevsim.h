// A driver of simulated devices that accept programs and maps and never run them: for tests of the offload interface and of
// tools, and to show that the interface favours no driver.
// SPDX-License-Identifier: Apache-2.0
//
//   Device asic(network, 1);
//   net_device* port = *asic.add_port(ns);
//   asic.set_knob("ports/0/bpf_tc_accept", "N");
//
// Knobs have the names, paths and meaning of the kernel's netdevsim in debugfs.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "host-driver/rtnl/network.h"

namespace host::netdevsim {

struct Asic;
struct Port;

// One ASIC. Functions that change ports take RTNL, and settle what they leave behind.
class Device {
 public:
  Device(Network& network, uint32_t address);
  ~Device();  // removes the ports
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  // The next port's net device, called eni<address>np<port + 1>, or as `name` says. Error: the name is taken.
  base::Result<net_device*> add_port(net* ns, const std::string& name = {});
  // The filters and programs of the port go first. False: no such port.
  bool remove_port(uint32_t port);
  net_device* port(uint32_t port) const;  // nullptr: no such port
  size_t bound_programs() const;

  // "bpf_bind_accept", "ports/0/bpf_tc_accept", "bpf_bound_progs/3/state": as a file of debugfs reads, without line end.
  base::Result<std::string> knob(const std::string& path) const;
  // Switches take Y, N, 1, 0; delays a number. Error: names what there is and what it takes.
  base::Result<void> set_knob(const std::string& path, const std::string& value);
  std::vector<std::string> knob_paths() const;  // of all that can be read

 private:
  base::Result<std::string> bound_program_file(const std::string& path) const;
  Port* port_named(const std::string& path, std::string* file) const;

  Network& network_;
  std::unique_ptr<Asic> asic_;
  std::map<uint32_t, std::unique_ptr<Port>> ports_;
  uint32_t next_port_ = 0;
};

}  // namespace host::netdevsim
