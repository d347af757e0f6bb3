// Measures how fast user space and a card exchange map entries, in simulated time.
// SPDX-License-Identifier: Apache-2.0
//
//   Result<MapSyncSpec> spec = parse_map_sync("entries=10000,ops=2000,type=hash");
//   Result<MapSyncResult> result = measure_map_sync(device, *spec);
//
// It works on a map of its own. Traffic, if there is some, goes on meanwhile.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "host-driver/drivers/nfp/device.h"

namespace host {

struct MapSyncSpec {
  uint32_t entries = 10'000;
  uint32_t operations = 2'000;  // of each kind
  uint32_t type = 1;            // BPF_MAP_TYPE_HASH or _ARRAY
  uint32_t key_bytes = 4, value_bytes = 8;
};

// "entries=N,ops=N,type=hash|array,value=BYTES", each optional. Error: names the key or value and what is allowed.
base::Result<MapSyncSpec> parse_map_sync(const std::string& text);

struct MapSyncRow {
  std::string name;
  uint64_t operations = 0;  // entries, where several come with one call
  double per_second = 0;
  double p50_ns = 0, p99_ns = 0;  // of a call
};

struct MapSyncResult {
  std::vector<MapSyncRow> rows;
  uint64_t replies = 0, replies_within_200us = 0;

  const MapSyncRow* find(const std::string& name) const;
};

// Names of the rows.
namespace map_sync {
constexpr const char* kLookup = "lookup";
constexpr const char* kUpdate = "update";
constexpr const char* kDelete = "delete";  // hash only
constexpr const char* kSingleDump = "dump, one entry a message";
constexpr const char* kMultiDump = "dump, four entries a message";
constexpr const char* kBatchDump = "dump, batch";
constexpr const char* kBatchUpdate = "update, batch";
}  // namespace map_sync

base::Result<MapSyncResult> measure_map_sync(nfp::Device& device, const MapSyncSpec& spec);

}  // namespace host
