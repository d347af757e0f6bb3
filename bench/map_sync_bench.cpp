// Map entries between user space and the card: wall-clock speed of the model, and simulated figures as labels.
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <memory>
#include <optional>

#include "base/bits.h"
#include "host-driver/map_sync.h"
#include "nic-model/live_card.h"

namespace {

using Bytes = std::vector<uint8_t>;

// A card with the driver on it, and packets at line rate when asked for.
struct Bench {
  explicit Bench(bool with_traffic) {
    auto config = nic::load_config("agilio-cx-2x40");
    card = std::move(*nic::LiveCard::power_on(*config, *firmware::find_profile("full"), 1));
    device = std::move(*host::nfp::Device::probe(
        *card, [](const std::string&) {}, [](const host::nfp::Event&) {}));
    if (!with_traffic) return;
    auto opened = nic::open_generator("size=64,flows=1000,rate=line", 1, nic::line_rate(*config));
    traffic.emplace(std::move(*opened));
    static_cast<void>(card->attach(*traffic, {}));
  }
  std::unique_ptr<host::nfp::Map> make_map() {
    std::unique_ptr<host::nfp::Map> map;
    device->maps().alloc({1, 4, 8, 1024, 0}, map);
    for (uint32_t key = 0; key < 1024; ++key) {
      Bytes bytes(4), value(8);
      base::store_le(bytes.data(), key);
      device->maps().update(*map, bytes, value, 0);
    }
    return map;
  }

  std::unique_ptr<nic::LiveCard> card;
  std::unique_ptr<host::nfp::Device> device;
  std::optional<nic::PacketSource> traffic;
};

void lookups(benchmark::State& state, bool from_cache) {
  Bench bench(false);
  const auto map = bench.make_map();
  Bytes key(4), value(8);
  if (bench.device->maps().next_key(*map, {}, key) != 0) return state.SkipWithError("no first key");
  for (auto _ : state) {
    if (from_cache) {  // simulated time passes, too: a look-up fills the cache again now and then
      if (bench.device->maps().lookup(*map, key, value) != 0) state.SkipWithError("lookup failed");
      if (state.iterations() % 500 == 0) {
        Bytes first(4);
        benchmark::DoNotOptimize(bench.device->maps().next_key(*map, {}, first));
      }
    } else if (bench.device->maps().update(*map, key, value, 0) != 0) {
      state.SkipWithError("update failed");
    }
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(lookups, from_the_cache, true)->Name("map_sync/lookup_from_the_cache");
BENCHMARK_CAPTURE(lookups, on_the_card, false)->Name("map_sync/update_on_the_card");

void simulated(benchmark::State& state, bool with_traffic) {
  std::string label;
  for (auto _ : state) {
    Bench bench(with_traffic);
    const auto result = host::measure_map_sync(
        *bench.device,
        {.entries = 2000, .operations = 500, .type = 1, .key_bytes = 4, .value_bytes = 8});
    if (!result) {
      state.SkipWithError(result.error().text().c_str());
      return;
    }
    for (const host::MapSyncRow& row : result->rows) {
      label += fmt::format("{}: {:.0f} k/s, p50 {:.1f} us, p99 {:.1f} us; ", row.name,
                           row.per_second / 1e3, row.p50_ns / 1e3, row.p99_ns / 1e3);
    }
    label += fmt::format("{} of {} replies within 200 us", result->replies_within_200us,
                         result->replies);
  }
  state.SetLabel(label);
}
BENCHMARK_CAPTURE(simulated, idle, false)->Name("map_sync/simulated_idle")->Iterations(1);
BENCHMARK_CAPTURE(simulated, line_rate, true)->Name("map_sync/simulated_line_rate")->Iterations(1);

}  // namespace

BENCHMARK_MAIN();
