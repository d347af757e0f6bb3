// What a card's firmware offers, as the driver learns it: the BPF block of the control BAR and the capability records.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>

#include "base/result.h"
#include "fpc/firmware/capability.h"
#include "fpc/firmware/control.h"
#include "nic-model/host_port.h"

namespace host::nfp {

// Where the driver's messages to the kernel log go.
using Log = std::function<void(const std::string&)>;

struct Capabilities {
  firmware::Capability offered;  // max_words, start, done, stack and inline_mtu come from the BAR
  std::map<unsigned, unsigned> helpers;  // id -> control-store address
  bool can_reload = false;               // a program may be replaced while packets pass

  bool has_maps() const { return offered.maps.types != 0; }
  firmware::control::Slots slots() const { return firmware::control::slots_of(offered); }
  unsigned abi() const { return offered.abi; }  // 0: none that this driver knows
};

// The records of _abi_bpf_capabilities. Error: the driver's words for what is malformed.
base::Result<Capabilities> parse_capabilities(std::span<const uint8_t> bytes, const Log& log);

// Both sources. Error: malformed records, or no BPF firmware that this driver can use.
base::Result<Capabilities> probe(nic::HostPort& port, const Log& log);

}  // namespace host::nfp
