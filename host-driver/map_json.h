// Map contents as JSON, in the form of bpftool's dump: {"name": [{"key": ["0x01", ...], "value":
// [...]}, ...]}.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace host {

struct MapEntry {
  std::vector<uint8_t> key, value;
};

struct MapContents {
  std::string map;
  std::vector<MapEntry> entries;
};

// Bytes may be "0x1f", "31" or 31. Error: kInvalidInput with the place, what was found and what is
// allowed.
base::Result<std::vector<MapContents>> parse_map_contents(const std::string& text,
                                                          const std::string& where);
std::string print_map_contents(const std::vector<MapContents>& maps);

}  // namespace host
