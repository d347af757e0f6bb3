// The receiving MAC: wire time of each port, frame length limits, the ingest rate that all ports share.
// SPDX-License-Identifier: Apache-2.0
//
// Store and forward: a frame is looked at when its last bit is in. The ingest stage passes packets at a fixed rate and has
// a short queue; what finds the queue full is lost.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "nic-model/blocks/loss.h"
#include "nic-model/config.h"
#include "nic-model/rate_clock.h"

namespace nic {

class Mac {
 public:
  explicit Mac(const Config& config);

  struct WireTime {
    uint64_t first_bit_ps, last_bit_ps;
  };
  // When a frame that the source has at `time_ps` is on the wire: not before the port's previous one is over.
  WireTime receive(unsigned port, uint64_t time_ps, uint64_t frame_bytes);

  std::optional<Loss> check_length(uint64_t frame_bytes) const;

  // When the ingest stage has passed on a packet whose last bit was in at `time_ps`; nothing: its queue was full.
  std::optional<uint64_t> ingest(uint64_t time_ps);

 private:
  uint64_t longest_bytes_;
  uint64_t ingest_pps_;
  uint64_t ingest_backlog_ps_;  // a packet that would wait for longer is lost
  std::vector<RateClock> ports_;
  RateClock ingest_;
};

}  // namespace nic
