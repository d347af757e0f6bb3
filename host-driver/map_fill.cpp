// From contents by name to updates by index.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/map_fill.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace host {
namespace {

using base::Result;

Result<size_t> find_map(const std::string& name, const std::vector<NamedMap>& maps,
                        const std::string& where) {
  const auto found = std::ranges::find(maps, name, &NamedMap::name);
  if (found != maps.end() && found->type == BPF_MAP_TYPE_PERF_EVENT_ARRAY) {
    return base::invalid_input(
        fmt::format("{} is a perf event array, which has no entries on a card", name), where);
  }
  if (found != maps.end() && found->is_constant) {
    return base::invalid_input(
        fmt::format("{} is constant: the program was translated for the values that its object has",
                    name),
        where);
  }
  if (found != maps.end()) return static_cast<size_t>(found - maps.begin());
  std::string names;
  for (const NamedMap& map : maps) names += (names.empty() ? "" : ", ") + map.name;
  return base::invalid_input(fmt::format("no map is called \"{}\"; the program has {}", name,
                                         names.empty() ? "none" : names),
                             where);
}

}  // namespace

Result<void> fill_maps(const std::string& json_text, const std::string& where,
                       const std::vector<NamedMap>& maps, const MapUpdate& update) {
  Result<std::vector<MapContents>> contents = parse_map_contents(json_text, where);
  if (!contents) return contents.error();
  for (MapContents& wanted : *contents) {
    const Result<size_t> index = find_map(wanted.map, maps, where);
    if (!index) return index.error();
    const NamedMap& map = maps[*index];
    for (size_t i = 0; i < wanted.entries.size(); ++i) {
      MapEntry& entry = wanted.entries[i];
      const std::string place = fmt::format("{}: {}[{}]", where, wanted.map, i);
      if (entry.key.size() != map.key_bytes || entry.value.size() != map.value_bytes) {
        return base::invalid_input(
            fmt::format("key has {} bytes and value {}; the map takes {} and {}", entry.key.size(),
                        entry.value.size(), map.key_bytes, map.value_bytes),
            place);
      }
      const int error = update(*index, entry);
      if (error == E2BIG) {
        return base::out_of_range(
            fmt::format("the map takes {} entries and its keys end there", map.max_entries), place);
      }
      if (error != 0)
        return base::invalid_input(fmt::format("update failed: {}", std::strerror(error)), place);
    }
  }
  return {};
}

}  // namespace host
