// Map contents of a file into maps that have names, wherever they are.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "host-driver/map_json.h"

namespace host {

struct NamedMap {
  std::string name;
  uint32_t type = 0;  // BPF_MAP_TYPE_*
  uint32_t key_bytes = 0, value_bytes = 0, max_entries = 0;
  bool is_constant = false;  // a program relies on its contents
};

// Puts an entry into the map of this index; 0, or an errno.
using MapUpdate = std::function<int(size_t map, MapEntry& entry)>;

// `json_text` in the form of map_json.h. Error: names map, entry, what was found and what is allowed; entries before it are
// in their maps.
base::Result<void> fill_maps(const std::string& json_text, const std::string& where,
                             const std::vector<NamedMap>& maps, const MapUpdate& update);

}  // namespace host
