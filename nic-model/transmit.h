// Packets that the host sends: what is counted of them, and what is said when one has left.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>

namespace nic {

struct TransmitCounts {             // of packets that the host gave to the card
  uint64_t packets = 0, bytes = 0;  // whose last bit is out; L2 without FCS
  // Lost:
  uint64_t unfit = 0;      // shorter than an Ethernet header, or longer than the port takes
  uint64_t ring_full = 0;  // the transmit ring in host memory had no free descriptor
  uint64_t port_full = 0;  // the port's queue was full
};

struct Transmitted {
  uint64_t posted_ps = 0, departure_ps = 0;  // last bit out
  uint16_t port = 0;
  std::span<const uint8_t> bytes;  // valid during the call
};
using TransmittedHook = std::function<void(const Transmitted&)>;

}  // namespace nic
