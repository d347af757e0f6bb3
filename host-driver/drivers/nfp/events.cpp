// Checks lengths before anything is read from an event.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/drivers/nfp/events.h"

#include <fmt/format.h>

#include "base/bits.h"
#include "fpc/firmware/control.h"

namespace host::nfp {

namespace control = firmware::control;

void Events::release(uint32_t map_id) {
  const auto found = uses_.find(map_id);
  if (found != uses_.end() && --found->second == 0) uses_.erase(found);
}

bool Events::knows(uint64_t map_id) const {
  return map_id <= UINT32_MAX && uses_.contains(static_cast<uint32_t>(map_id));
}

void Events::take(const std::vector<uint8_t>& message) {
  const auto drop = [&](std::string why) {
    ++dropped_;
    log_(std::move(why));
  };
  if (message.size() < control::kEventBytes) {
    return drop(
        fmt::format("perf event: {} bytes, the least is {}", message.size(), control::kEventBytes));
  }
  const auto map_id = base::load_be<uint64_t>(&message[8]);
  const uint64_t data_bytes = base::load_be<uint32_t>(&message[16]);
  const uint64_t packet_bytes = base::load_be<uint32_t>(&message[20]);
  const uint64_t data_at = control::kEventBytes + base::round_up(packet_bytes, 4);
  if (message[1] != control::kVersion || data_at + data_bytes > message.size()) {
    return drop(fmt::format("perf event: version {}, {} bytes of packet and {} of data in {}",
                            message[1], packet_bytes, data_bytes, message.size()));
  }
  if (!knows(map_id)) {
    return drop(fmt::format("perf event: map id {} (0x{:x}) not recognized, dropping event",
                            static_cast<int64_t>(map_id), map_id));
  }
  ++delivered_;
  const std::span<const uint8_t> bytes(message);
  sink_({.map_id = static_cast<uint32_t>(map_id),
         .cpu = base::load_be<uint32_t>(&message[4]),
         .data = bytes.subspan(data_at, data_bytes),
         .packet = bytes.subspan(control::kEventBytes, packet_bytes)});
}

}  // namespace host::nfp
