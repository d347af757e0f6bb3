// millrace run --map-sync: the program on a live card through the driver, map operations while packets pass.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "fpc/engine.h"
#include "fpc/firmware/image.h"
#include "host-driver/map_sync.h"
#include "nic-model/nic.h"

namespace cli {

struct MapSyncRun {
  nic::Report report;
  host::MapSyncResult idle, loaded;
  bool packets_ended = false;  // before the last operation did
};

// Creates the program's maps, loads it, measures on an idle card and then while `source` sends packets. Error: the driver's.
base::Result<MapSyncRun> run_map_sync(const nic::Config& config, const firmware::Image& image,
                                      const host::MapSyncSpec& spec, nic::PacketSource& source,
                                      const nic::Limits& limits, uint64_t seed,
                                      const fpc::EngineChoice& engine);

// Sections of the report.
std::string map_sync_text(const MapSyncRun& run);
std::string map_sync_json(const MapSyncRun& run);  // an object

}  // namespace cli
