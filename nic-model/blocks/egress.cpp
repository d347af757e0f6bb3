// Queues and wire clocks of the sending ports.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/blocks/egress.h"

#include "nic-model/traffic/pacer.h"

namespace nic {

Egress::Egress(const Config& config)
    : queue_packets_(config.egress_queue_packets),
      ports_(config.ports, Port{RateClock(config.port_bps), {}}) {}

[[gnu::hot]] std::optional<uint64_t> Egress::send(unsigned port, uint64_t time_ps,
                                                  uint64_t frame_bytes) {
  Port& out = ports_[port];
  while (!out.ends_ps.empty() && out.ends_ps.front() <= time_ps) out.ends_ps.pop();
  if (queue_packets_ != 0 && out.ends_ps.size() >= queue_packets_) return std::nullopt;
  out.wire.wait_until(time_ps);
  const uint64_t end_ps = out.wire.advance(wire_bits(frame_bytes));
  out.ends_ps.push(end_ps);
  return end_ps;
}

}  // namespace nic
