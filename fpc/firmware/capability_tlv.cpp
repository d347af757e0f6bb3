// Writes capability records.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/firmware/capability_tlv.h"

#include <algorithm>
#include <initializer_list>

#include "base/bits.h"

namespace firmware {
namespace {

constexpr uint32_t kWidestOffset = 255;

void append(std::vector<uint8_t>& bytes, uint32_t value) {
  bytes.resize(bytes.size() + 4);
  base::store_le(bytes.data() + bytes.size() - 4, value);
}

void append(std::vector<uint8_t>& bytes, CapabilityType type,
            std::initializer_list<uint32_t> words) {
  append(bytes, static_cast<uint32_t>(type));
  append(bytes, static_cast<uint32_t>(4 * words.size()));
  for (const uint32_t word : words) append(bytes, word);
}

}  // namespace

std::vector<uint8_t> capability_tlvs(const Capability& capability,
                                     const std::map<unsigned, unsigned>& helpers) {
  std::vector<uint8_t> bytes;
  append(bytes, CapabilityType::kAbiVersion, {capability.abi});
  for (const auto& [helper, address] : helpers) {
    append(bytes, CapabilityType::kFunction, {helper, address});
  }
  const AdjustHead& head = capability.adjust_head;
  if (head.off_max != 0) {
    // Drivers do without adjust_head when the window does not fit their immediates.
    append(bytes, CapabilityType::kAdjustHead,
           {head.no_meta ? 1u : 0u, head.off_min, std::min(head.off_max, kWidestOffset),
            head.guaranteed_sub, head.guaranteed_add});
  }
  const MapLimits& maps = capability.maps;
  if (maps.types != 0) {
    append(bytes, CapabilityType::kMaps,
           {maps.types, maps.max_maps, maps.max_elems, maps.max_key_bytes, maps.max_value_bytes,
            maps.max_elem_bytes});
  }
  if (capability.random) append(bytes, CapabilityType::kRandom, {});
  if (capability.queue_select) append(bytes, CapabilityType::kQueueSelect, {});
  if (capability.adjust_tail) append(bytes, CapabilityType::kAdjustTail, {});
  if (capability.multi_entry) append(bytes, CapabilityType::kMultiEntry, {});
  if (capability.multi_change) append(bytes, CapabilityType::kMultiChange, {});
  return bytes;
}

}  // namespace firmware
