// Map types as bpf(2) offers them: the rows of maps.def.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/bpf.h>

#include <cerrno>
#include <cstdint>

namespace host {

enum class MapPlace : uint8_t {
  kDevice,   // on a device, and on the host
  kHost,     // on the host alone, for programs of the host and of devices
  kNowhere,  // refused
};

struct MapTypeSpec {
  uint32_t type;
  const char* name;
  MapPlace place;
  int error;           // of a refusal
  const char* reason;  // of a refusal
};

namespace map_type_rows {
using enum MapPlace;
inline constexpr MapTypeSpec kRows[] = {
#define FIRMWARE_MAP_TYPE(name, number, place, error, reason) {number, #name, place, error, reason},
#include "fpc/firmware/maps.def"
#undef FIRMWARE_MAP_TYPE
};
}  // namespace map_type_rows

// nullptr: a number that no kernel of this interface knows.
constexpr const MapTypeSpec* find_map_type(uint32_t type) {
  for (const MapTypeSpec& row : map_type_rows::kRows) {
    if (row.type == type) return &row;
  }
  return nullptr;
}

}  // namespace host
