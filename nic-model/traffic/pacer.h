// When and on which port the next packet arrives: a rate, or the line rate of the ports.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "nic-model/packet_io.h"
#include "nic-model/rate_clock.h"

namespace nic {

// "line", or a number with a unit: pps, kpps, Mpps, Gpps, bps, kbps, Mbps, Gbps, Tbps.
struct Rate {
  enum class Kind : uint8_t { kLine, kPackets, kBits } kind = Kind::kLine;
  uint64_t per_second = 0;  // packets, or bits of frames without FCS
};
base::Result<Rate> parse_rate(std::string_view text);

// Time a frame takes on a wire: preamble, at least 64 bytes with FCS, gap between packets.
constexpr uint64_t wire_bits(uint64_t frame_bytes) {
  constexpr uint64_t kFcs = 4, kShortest = 64, kPreambleAndGap = 20;
  const uint64_t bytes = frame_bytes + kFcs < kShortest ? kShortest : frame_bytes + kFcs;
  return (bytes + kPreambleAndGap) * 8;
}

class Pacer {
 public:
  // Error: line rate of ports without a limit.
  static base::Result<Pacer> create(const Rate& rate, const LineRate& line);

  struct Slot {
    uint64_t arrival_ps;
    uint16_t port;
  };
  Slot next(uint64_t frame_bytes);

 private:
  Pacer(Rate::Kind kind, std::vector<RateClock> clocks, uint32_t ports)
      : kind_(kind), clocks_(std::move(clocks)), ports_(ports) {}

  Rate::Kind kind_;
  std::vector<RateClock> clocks_;  // line: one per port; otherwise one for all
  uint32_t ports_;
  uint32_t next_port_ = 0;
};

}  // namespace nic
