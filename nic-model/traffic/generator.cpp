// Draws size and flow of each packet and builds its frame.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/traffic/generator.h"

#include "nic-model/traffic/frame_builder.h"

namespace nic {
namespace {

constexpr uint32_t kFcsBytes = 4;

struct ImixShare {
  uint32_t parts, size;
};
constexpr ImixShare kImix[] = {{7, 64}, {4, 594}, {1, 1518}};
constexpr uint32_t kImixParts = 12;

}  // namespace

[[gnu::hot]] uint32_t Generator::draw_frame_bytes() {
  if (!spec_.imix) {
    const uint32_t span = spec_.size_max - spec_.size_min;
    const uint64_t extra = span == 0 ? 0 : rng_.below(uint64_t{span} + 1);
    return spec_.size_min + static_cast<uint32_t>(extra) - kFcsBytes;
  }
  uint64_t part = rng_.below(kImixParts);
  for (const ImixShare& share : kImix) {
    if (part < share.parts) return share.size - kFcsBytes;
    part -= share.parts;
  }
  return 0;  // unreachable: the parts sum up to kImixParts
}

[[gnu::hot]] void Generator::next(Frame& frame) {
  const uint32_t bytes = draw_frame_bytes();
  const uint32_t index = zipf_.draw(rng_);
  const bool tcp =
      spec_.protocol == Protocol::kTcp || (spec_.protocol == Protocol::kMix && index % 2 == 1);
  build_frame(flow_of(index, tcp), bytes, sequence_++, frame.bytes);
  frame.wire_bytes = bytes;
  const Pacer::Slot slot = pacer_.next(bytes);
  frame.arrival_ps = slot.arrival_ps;
  frame.port = slot.port;
}

}  // namespace nic
