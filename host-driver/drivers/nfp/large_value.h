// The value of an array of one element that no control message carries: global data, in the memory that the card shares with user
// space.
// SPDX-License-Identifier: Apache-2.0
//
// Operations answer as those of any array. Atomic words are the caller's to swap.
#pragma once

#include <cstdint>
#include <span>

#include "host-driver/drivers/nfp/maps.h"

namespace host::nfp {

// Whether the card's limits are not about it: it is mappable, and at most 65536 bytes large (maps.def, max_direct_bytes).
bool is_large_value(const MapShape& shape);

int read_large_value(const Map& map, std::span<const uint8_t> key, std::span<uint8_t> value);
int write_large_value(const Map& map, std::span<const uint8_t> key, std::span<const uint8_t> value,
                      uint64_t flags);
// No key: the first one.
int next_large_key(std::span<const uint8_t> key, std::span<uint8_t> next);

}  // namespace host::nfp
