// Runs the measurement and formats it.
// SPDX-License-Identifier: Apache-2.0
#include "cli/map_sync.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>

#include "fpc/memory.h"
#include "nic-model/live_card.h"

namespace cli {
namespace {

using base::Result;
using nlohmann::ordered_json;

constexpr uint32_t kMtu = 1500;
constexpr uint64_t kStepPs = 100'000'000;

// The driver with a program on its card, and the program's maps.
struct Loaded {
  std::unique_ptr<nic::LiveCard> card;
  std::unique_ptr<host::nfp::Device> device;
  std::vector<std::unique_ptr<host::nfp::Map>> maps;
  std::string last_log;
};

base::Error refused(const std::string& what, int error, const Loaded& loaded) {
  const std::string& why = loaded.last_log.empty() ? std::strerror(-error) : loaded.last_log;
  return base::unsupported(fmt::format("{}: {}", what, why), "--map-sync");
}

// Global data shares its memory, as libbpf's maps of it do.
int make_map(host::nfp::Maps& maps, const firmware::ImageMap& map, bool is_data,
             std::unique_ptr<host::nfp::Map>& made) {
  const host::nfp::MapShape shape{map.type, map.key_bytes, map.value_bytes, map.max_entries,
                                  0,        is_data};
  if (const int error = maps.alloc(shape, made); error != 0 || !is_data) return error;
  constexpr uint64_t kBytes = fpc::ByteStore::kPageBytes;
  return maps.share(*made, std::make_shared<uint8_t[]>(kBytes), kBytes);
}

Result<void> load(Loaded& loaded, const firmware::Image& image) {
  constexpr uint8_t kFirst[sizeof(uint32_t)] = {};
  const std::vector<unsigned> data = image.data_tables();
  host::nfp::Maps& maps = loaded.device->maps();
  for (size_t i = 0; i < image.maps.size(); ++i) {
    const firmware::ImageMap& map = image.maps[i];
    std::unique_ptr<host::nfp::Map>& made = loaded.maps.emplace_back();
    const bool is_data = std::ranges::find(data, i + 1) != data.end();
    if (const int error = make_map(maps, map, is_data, made); error != 0)
      return refused("map " + map.name, error, loaded);
    if (!maps.claim_use(*made, map.word_use, loaded.last_log))
      return refused("map " + map.name, 0, loaded);
    if (map.initial.empty()) continue;
    if (const int error = maps.update(*made, kFirst, map.initial, 0); error != 0)
      return refused("map " + map.name, error, loaded);
  }
  std::string extack;
  const int error = loaded.device->programs().load(image, kMtu, extack);
  if (!extack.empty()) loaded.last_log = extack;
  return error == 0 ? Result<void>() : refused("program " + image.program, error, loaded);
}

ordered_json rows_json(const host::MapSyncResult& result) {
  ordered_json rows = ordered_json::array();
  for (const host::MapSyncRow& row : result.rows) {
    rows.push_back({{"operation", row.name},
                    {"count", row.operations},
                    {"per_second", row.per_second},
                    {"p50_ns", row.p50_ns},
                    {"p99_ns", row.p99_ns}});
  }
  return {{"operations", rows},
          {"replies", result.replies},
          {"replies_within_200us", result.replies_within_200us}};
}

}  // namespace

Result<MapSyncRun> run_map_sync(const nic::Config& config, const firmware::Image& image,
                                const host::MapSyncSpec& spec, nic::PacketSource& source,
                                const nic::Limits& limits, uint64_t seed,
                                const fpc::EngineChoice& engine) {
  Result<firmware::Capability> capability = firmware::find_profile(
      image.profile.empty() ? firmware::kDefaultProfile : std::string_view(image.profile));
  if (!capability) return capability.error();
  Loaded loaded;
  Result<std::unique_ptr<nic::LiveCard>> card =
      nic::LiveCard::power_on(config, *capability, seed, engine);
  if (!card) return card.error();
  loaded.card = std::move(*card);
  auto device = host::nfp::Device::probe(
      *loaded.card, [&](const std::string& line) { loaded.last_log = line; },
      [](const host::nfp::Event&) {});
  if (!device) return device.error();
  loaded.device = std::move(*device);
  if (Result<void> done = load(loaded, image); !done) return done.error();

  MapSyncRun run;
  Result<host::MapSyncResult> idle = host::measure_map_sync(*loaded.device, spec);
  if (!idle) return idle.error();
  run.idle = std::move(*idle);
  if (Result<void> attached = loaded.card->attach(source, limits); !attached)
    return attached.error();
  loaded.card->run_until(loaded.card->now_ps() + kStepPs);
  Result<host::MapSyncResult> under_load = host::measure_map_sync(*loaded.device, spec);
  if (!under_load) return under_load.error();
  run.loaded = std::move(*under_load);
  run.packets_ended = !loaded.card->has_packets_to_come();
  if (Result<void> fine = loaded.card->trouble(); !fine) return fine.error();
  run.report = loaded.card->finish();
  return run;
}

std::string map_sync_text(const MapSyncRun& run) {
  std::string out =
      fmt::format("\n{:<32}{:>12}{:>10}{:>10}{:>14}{:>10}{:>10}\n", "map operations", "idle, k/s",
                  "p50, us", "p99, us", "packets, k/s", "p50, us", "p99, us");
  for (const host::MapSyncRow& idle : run.idle.rows) {
    out += fmt::format("  {:<30}{:>12.1f}{:>10.1f}{:>10.1f}", idle.name, idle.per_second / 1e3,
                       idle.p50_ns / 1e3, idle.p99_ns / 1e3);
    if (const host::MapSyncRow* loaded = run.loaded.find(idle.name)) {
      out += fmt::format("{:>14.1f}{:>10.1f}{:>10.1f}", loaded->per_second / 1e3,
                         loaded->p50_ns / 1e3, loaded->p99_ns / 1e3);
    }
    out += '\n';
  }
  out += fmt::format("  replies within 200 us: {} of {} idle, {} of {} with packets\n",
                     run.idle.replies_within_200us, run.idle.replies,
                     run.loaded.replies_within_200us, run.loaded.replies);
  if (run.packets_ended)
    out +=
        "  the packets ended before the last operation: ask for more with --packets or "
        "--duration\n";
  return out;
}

std::string map_sync_json(const MapSyncRun& run) {
  return ordered_json{{"idle", rows_json(run.idle)},
                      {"packets", rows_json(run.loaded)},
                      {"packets_ended", run.packets_ended}}
      .dump();
}

}  // namespace cli
