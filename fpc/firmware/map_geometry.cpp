// Sizes and offsets of a map's parts, and the limits of its shape.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/firmware/map_geometry.h"

#include <fmt/format.h>

#include <bit>

#include "base/bits.h"
#include "fpc/firmware/map_layout.h"

namespace firmware {
namespace {

constexpr uint64_t kBucketBytes = 4;
constexpr uint32_t kArrayKeyBytes = 4;
constexpr uint32_t kMinElementBytes = 8;

bool has_one_element(const MapShape& shape) {
  return shape.type == kMapTypeArray && shape.max_entries == 1;
}

base::Result<void> check_shape(const MapShape& shape) {
  const auto refuse = [](std::string_view what, uint64_t found, std::string_view allowed) {
    return base::out_of_range(fmt::format("map {} of {}, allowed is {}", what, found, allowed));
  };
  if (shape.type != kMapTypeHash && shape.type != kMapTypeArray) {
    return base::unsupported(fmt::format("map type {}, allowed are hash ({}) and array ({})",
                                         shape.type, kMapTypeHash, kMapTypeArray));
  }
  if (shape.type == kMapTypeArray && shape.key_bytes != kArrayKeyBytes) {
    return refuse("key bytes", shape.key_bytes, "4 for an array");
  }
  if (shape.key_bytes == 0 || shape.key_bytes > layout::max_key_bytes) {
    return refuse("key bytes", shape.key_bytes, fmt::format("1 to {}", layout::max_key_bytes));
  }
  if (has_one_element(shape) && shape.value_bytes > layout::max_value_bytes) {
    if (shape.value_bytes <= layout::max_direct_bytes) return {};
    return refuse("value bytes", shape.value_bytes,
                  fmt::format("1 to {} of an array of one element", layout::max_direct_bytes));
  }
  if (shape.value_bytes == 0 || shape.value_bytes > layout::max_value_bytes) {
    return refuse("value bytes", shape.value_bytes,
                  fmt::format("1 to {}", layout::max_value_bytes));
  }
  const uint64_t element =
      base::round_up(shape.key_bytes, 8) + base::round_up(shape.value_bytes, 8);
  if (element > layout::max_element_bytes) {
    return refuse(
        "element bytes", element,
        fmt::format("up to {}, key and value each rounded up to 8", layout::max_element_bytes));
  }
  if (shape.max_entries == 0) return refuse("entries", 0, "1 or more");
  if (shape.is_mappable && !can_be_mapped(shape)) {
    return refuse(
        "value bytes", shape.value_bytes,
        "8, 16 or 32 when rounded up to 8, for an array of several elements that is mapped");
  }
  return {};
}

uint32_t words_of(uint32_t bytes) { return (bytes + 3) / 4; }

void place_hash(const MapShape& shape, MapGeometry& geometry) {
  geometry.value_offset =
      layout::entry_key + static_cast<uint32_t>(base::round_up(shape.key_bytes, 8));
  const uint64_t buckets = std::bit_ceil(uint64_t{shape.max_entries});
  const uint64_t total = uint64_t{shape.max_entries} + layout::slack_entries;
  const uint64_t slots = std::bit_ceil(total);
  geometry.ring = base::round_up(buckets * kBucketBytes, layout::ring_slot_bytes);
  geometry.entries =
      base::round_up(geometry.ring + slots * layout::ring_slot_bytes, layout::entry_bytes);
  geometry.bytes = geometry.entries + total * layout::entry_bytes;
  geometry.buckets = static_cast<uint32_t>(buckets);
  geometry.total_entries = static_cast<uint32_t>(total);
  geometry.ring_slots = static_cast<uint32_t>(slots);
}

}  // namespace

bool can_be_mapped(const MapShape& shape) {
  return shape.type == kMapTypeArray &&
         (shape.max_entries == 1 || std::has_single_bit(base::round_up(shape.value_bytes, 8)));
}

base::Result<MapGeometry> map_geometry(const MapShape& shape) {
  if (const base::Result<void> checked = check_shape(shape); !checked) return checked.error();
  MapGeometry geometry;
  geometry.key_words = words_of(shape.key_bytes);
  geometry.value_words = words_of(shape.value_bytes);
  const uint32_t unused_bytes = geometry.key_words * 4 - shape.key_bytes;
  geometry.key_mask = ~uint32_t{0} >> (8 * unused_bytes);
  if (shape.type == kMapTypeHash) {
    place_hash(shape, geometry);
  } else {
    const uint32_t element = std::bit_ceil(std::max(shape.value_bytes, kMinElementBytes));
    geometry.value_offset = static_cast<uint32_t>(std::countr_zero(element));
    geometry.bytes = uint64_t{shape.max_entries} << geometry.value_offset;
    if (shape.is_mappable) {
      geometry.bytes = base::round_up(geometry.bytes, fpc::ByteStore::kPageBytes);
    }
  }
  if (geometry.bytes > kEmemBytes) {
    return base::out_of_range(
        fmt::format("map of {} entries needs {} bytes of card memory, the card has {}",
                    shape.max_entries, geometry.bytes, kEmemBytes));
  }
  return geometry;
}

}  // namespace firmware
