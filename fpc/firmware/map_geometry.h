// Where the parts of one map lie in card memory, computed from its shape.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/result.h"
#include "fpc/firmware/map_table.h"

namespace firmware {

struct MapGeometry {
  uint32_t key_words = 0, value_words = 0;
  uint32_t key_mask = 0;           // bytes of the last key word that count
  uint32_t value_offset = 0;       // hash: in an entry; array: log2 of the element size
  uint32_t buckets = 0;            // hash
  uint32_t total_entries = 0;      // hash: max_entries and slack
  uint32_t ring_slots = 0;         // hash
  uint64_t ring = 0, entries = 0;  // hash: offsets from the map's base
  uint64_t bytes = 0;              // of the whole map
};

// An array whose elements lie where a mapping of bpf(2) has them: every round_up(value bytes, 8).
bool can_be_mapped(const MapShape& shape);

// Error: a shape outside the limits of maps.def.
base::Result<MapGeometry> map_geometry(const MapShape& shape);

}  // namespace firmware
