// Wire and ingest clocks of the receiving MAC.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/blocks/mac.h"

#include <cmath>

#include "base/units.h"
#include "nic-model/traffic/pacer.h"

namespace nic {
namespace {

constexpr uint64_t kEthernetHeader = 14;

}  // namespace

Mac::Mac(const Config& config)
    : longest_bytes_(config.mtu),
      ingest_pps_(static_cast<uint64_t>(std::llround(config.mac_ingest_pps))),
      ingest_backlog_ps_(0),
      ports_(config.ports, RateClock(config.port_bps)),
      ingest_(ingest_pps_) {
  if (ingest_pps_ == 0) return;
  ingest_backlog_ps_ = static_cast<uint64_t>(config.mac_fifo_packets * base::kPicosecondsPerSecond /
                                             static_cast<double>(ingest_pps_));
}

[[gnu::hot]] Mac::WireTime Mac::receive(unsigned port, uint64_t time_ps, uint64_t frame_bytes) {
  RateClock& wire = ports_[port];
  wire.wait_until(time_ps);
  const uint64_t first_bit_ps = wire.now_ps();
  return {first_bit_ps, wire.advance(wire_bits(frame_bytes))};
}

[[gnu::hot]] std::optional<Loss> Mac::check_length(uint64_t frame_bytes) const {
  if (frame_bytes < kEthernetHeader) return Loss::kRunt;
  if (frame_bytes > longest_bytes_) return Loss::kOversize;
  return std::nullopt;
}

[[gnu::hot]] std::optional<uint64_t> Mac::ingest(uint64_t time_ps) {
  if (ingest_pps_ == 0) return time_ps;
  ingest_.wait_until(time_ps);
  if (ingest_.now_ps() - time_ps > ingest_backlog_ps_) return std::nullopt;
  return ingest_.advance(1);
}

}  // namespace nic
