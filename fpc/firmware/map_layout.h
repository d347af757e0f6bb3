// Layout of map memory from maps.def, and the host's twin of the microcode's hash function.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <span>

#include "fpc/firmware/abi.h"

namespace firmware {

// Word numbers in a descriptor, and values of the layout.
namespace desc {
enum : unsigned {
#define FIRMWARE_DESCRIPTOR(name, word) name = word,
#define FIRMWARE_COUNTER(name, word) name = word,
#include "fpc/firmware/maps.def"
#undef FIRMWARE_DESCRIPTOR
#undef FIRMWARE_COUNTER
};
}  // namespace desc

namespace layout {
#define FIRMWARE_MAP_VALUE(name, value) constexpr uint32_t name = value;
#include "fpc/firmware/maps.def"
#undef FIRMWARE_MAP_VALUE
}  // namespace layout

constexpr uint64_t descriptor_address(unsigned table_id) {
  return kMapTable + uint64_t{table_id} * kMapDescriptorBytes;
}
constexpr uint64_t descriptor_word(unsigned table_id, unsigned word) {
  return descriptor_address(table_id) + uint64_t{word} * 4;
}

// Hash of a key as little-endian words, the last one masked to the key's bytes.
constexpr uint32_t map_hash(std::span<const uint32_t> words) {
  uint32_t hash = 0;
  for (const uint32_t word : words) {
    const uint32_t mixed = hash ^ word;
    hash = std::rotl(mixed, static_cast<int>(layout::hash_rotate)) - mixed;
  }
  const uint64_t product = uint64_t{hash} * layout::hash_multiplier;
  return static_cast<uint32_t>(product) ^ static_cast<uint32_t>(product >> 32);
}

}  // namespace firmware
