// Why a packet never reached a program, and why a packet with a verdict did not leave.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace nic {

enum class Loss : uint8_t {
  kRunt,            // shorter than an Ethernet header
  kOversize,        // longer than the port takes
  kMacIngest,       // the MAC's queue is full
  kIngressCredits,  // no island has a packet credit left
  kCtmBuffers,      // credits, but no island has CTM room for a packet of this size
  kNoContext,       // every context that could have taken it stopped for good
  kEgressQueue,     // after the verdict: the port's queue is full
  kHostQueue,       // after the verdict: the host queue has no free buffer
};
constexpr unsigned kLosses = 8;
constexpr unsigned kLossesBeforeVerdict = 6;

constexpr const char* to_string(Loss loss) {
  constexpr std::array<const char*, kLosses> kNames = {
      "runt",        "oversize",   "mac_ingest",   "ingress_credits",
      "ctm_buffers", "no_context", "egress_queue", "host_queue"};
  return kNames[static_cast<unsigned>(loss)];
}

}  // namespace nic
