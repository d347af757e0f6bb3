// Valid Ethernet/IPv4/UDP and TCP frames of a numbered flow.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace nic {

// The 5-tuple of flow number `index`: distinct source addresses from 10.0.0.1 on, few destinations.
struct Flow {
  uint32_t source = 0, destination = 0;  // host order
  uint16_t source_port = 0, destination_port = 0;
  bool tcp = false;
};
Flow flow_of(uint32_t index, bool tcp);

// Headers with right checksums, a zero payload of which the first 8 bytes (when it has so many) are
// `sequence` in network order. `frame_bytes` without FCS, at least 60. Reuses the buffer.
void build_frame(const Flow& flow, uint32_t frame_bytes, uint64_t sequence,
                 std::vector<uint8_t>& bytes);

}  // namespace nic
