// The sending side of the ports: a bounded queue and the wire.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "nic-model/blocks/ring.h"
#include "nic-model/config.h"
#include "nic-model/rate_clock.h"

namespace nic {

class Egress {
 public:
  explicit Egress(const Config& config);

  // When the last bit of a frame that joins the port's queue at `time_ps` is out; nothing: the queue was full.
  std::optional<uint64_t> send(unsigned port, uint64_t time_ps, uint64_t frame_bytes);

 private:
  struct Port {
    RateClock wire;
    Ring<uint64_t> ends_ps;  // last bits of the frames in the queue and on the wire
  };
  uint32_t queue_packets_;
  std::vector<Port> ports_;
};

}  // namespace nic
