// Credits and buffers of the islands.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/blocks/ingress.h"

#include "fpc/firmware/abi.h"

namespace nic {
namespace {

constexpr unsigned kPacketNumbers = 1024;  // 10 bits of the packet pointer
constexpr uint16_t kBufferClasses[] = {256, 512, 1024, 2048};

uint16_t buffer_for(uint64_t frame_bytes) {
  for (const uint16_t size : kBufferClasses) {
    if (firmware::kPacketOffset + frame_bytes <= size) return size;
  }
  return firmware::kCtmBufferBytes;
}

}  // namespace

Ingress::Ingress(const Config& config, unsigned islands)
    : lossless_(config.packet_credits == 0), islands_(islands) {
  const unsigned credits = lossless_ ? kPacketNumbers : config.packet_credits;
  for (Island& island : islands_) {
    for (unsigned number = credits; number > 0; --number) {
      island.free_numbers.push_back(static_cast<uint16_t>(number - 1));
    }
    island.free_bytes =
        lossless_ ? kPacketNumbers * firmware::kCtmBufferBytes : config.ctm_packet_bytes;
  }
}

[[gnu::hot]] std::optional<Place> Ingress::admit(uint64_t frame_bytes, Loss& loss) {
  const uint16_t bytes = buffer_for(frame_bytes);
  loss = Loss::kIngressCredits;
  for (unsigned tried = 0; tried < islands_.size(); ++tried) {
    const unsigned index = next_island_;
    next_island_ = (next_island_ + 1) % static_cast<unsigned>(islands_.size());
    Island& island = islands_[index];
    if (island.free_numbers.empty()) continue;
    if (island.free_bytes < bytes) {
      loss = Loss::kCtmBuffers;
      continue;
    }
    const Place place{static_cast<uint16_t>(index), island.free_numbers.back(), bytes};
    island.free_numbers.pop_back();
    island.free_bytes -= bytes;
    return place;
  }
  return std::nullopt;
}

[[gnu::hot]] void Ingress::release(const Place& place) {
  islands_[place.island].free_numbers.push_back(place.number);
  islands_[place.island].free_bytes += place.buffer_bytes;
}

}  // namespace nic
