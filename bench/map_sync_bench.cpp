// Map entries between user space and the card: wall-clock speed of the model, and simulated figures as labels.
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bits.h"
#include "host-driver/bpf_attr.h"
#include "host-driver/drivers/nfp/adapter.h"
#include "host-driver/local_process.h"
#include "host-driver/map_sync.h"
#include "host-driver/system.h"
#include "nic-model/live_card.h"
#include "offload-compiler/compiler.h"
#include "offload-compiler/ebpf/object.h"

namespace {

using Bytes = std::vector<uint8_t>;

constexpr uint64_t kLookupsOfAFill =
    500;  // 0.4 us each: they fit the 250 us that the driver's cache holds

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
  uint64_t round = 0;
  if (bench.device->maps().next_key(*map, {}, key) != 0) return state.SkipWithError("no first key");
  for (auto _ : state) {
    if (from_cache) {  // simulated time passes, too: a look-up fills the cache again now and then
      if (bench.device->maps().lookup(*map, key, value) != 0) state.SkipWithError("lookup failed");
      if (++round % kLookupsOfAFill == 0) {
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

// A simulated kernel with the card in it: one process that calls bpf(2).
struct BpfBench {
  static constexpr host::NetNamespace kHome{1, 1};
  static constexpr uint32_t kEntries = 1024;

  BpfBench() {
    auto config = nic::load_config("agilio-cx-2x40");
    adapter = std::move(*host::nfp::Adapter::create(
        system.network, {.config = *config, .target = *offload::parse_target("nfp/full")}));
    ifindex = static_cast<uint32_t>(
        (*adapter->add_port(system.network.namespace_of(kHome), "nic0"))->ifindex);
    process = std::make_unique<host::LocalProcess>(
        system.bpf, pins, host::Credentials{.may_admin = true, .uid = 0, .net = kHome});
    bpf_attr attr = host::empty_attr();
    attr.map_type = BPF_MAP_TYPE_HASH;
    attr.key_size = 4;
    attr.value_size = 8;
    attr.max_entries = kEntries;
    attr.map_ifindex = ifindex;
    map = process->bpf(BPF_MAP_CREATE, &attr);
    uint64_t value = 7;
    for (uint32_t key = 0; key < kEntries; ++key) element(BPF_MAP_UPDATE_ELEM, &key, &value);
  }
  ~BpfBench() {
    process.reset();
    adapter.reset();
  }

  long element(int command, const uint32_t* key, void* value) {
    bpf_attr attr = host::element_attr(static_cast<int>(map), key, value);
    return process->bpf(command, &attr);
  }

  host::System system;
  host::PinTable pins;
  std::unique_ptr<host::nfp::Adapter> adapter;
  std::unique_ptr<host::LocalProcess> process;
  uint32_t ifindex = 0;
  long map = -1;
};

// A step of a walk fills the cache; look-ups of its key then stay in the driver for 250 us of simulated time.
void bpf_lookups_from_the_cache(benchmark::State& state) {
  BpfBench bench;
  uint32_t key = 0;
  uint64_t value = 0, round = 0;
  for (auto _ : state) {
    if (round++ % kLookupsOfAFill == 0)
      benchmark::DoNotOptimize(bench.element(BPF_MAP_GET_NEXT_KEY, nullptr, &key));
    if (bench.element(BPF_MAP_LOOKUP_ELEM, &key, &value) != 0)
      return state.SkipWithError("lookup failed");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(bpf_lookups_from_the_cache)->Name("map_sync/bpf_lookup_from_the_cache");

void bpf_lookups_on_the_card(benchmark::State& state) {
  BpfBench bench;
  uint32_t key = 0;
  uint64_t value = 0;
  for (auto _ : state) {
    key = (key + 1) % BpfBench::kEntries;
    if (bench.element(BPF_MAP_LOOKUP_ELEM, &key, &value) != 0)
      return state.SkipWithError("lookup failed");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(bpf_lookups_on_the_card)->Name("map_sync/bpf_lookup_on_the_card");

// What the bars of bench/run.py are about: how many times as many entries a second, and how many replies come soon.
void set_counters(benchmark::State& state, const host::MapSyncResult& result) {
  namespace rows = host::map_sync;
  const auto ratio = [&](const char* fast, const char* slow) {
    return result.find(fast)->per_second / result.find(slow)->per_second;
  };
  state.counters["dump_speedup"] = ratio(rows::kMultiDump, rows::kSingleDump);
  state.counters["batch_lookup_speedup"] = ratio(rows::kBatchDump, rows::kSingleDump);
  state.counters["batch_update_speedup"] = ratio(rows::kBatchUpdate, rows::kUpdate);
  state.counters["soon_percent"] = 100.0 * static_cast<double>(result.replies_within_200us) /
                                   static_cast<double>(result.replies);
}

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
    set_counters(state, *result);
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

// r0 = map[0], a map of 8-byte values; a miss goes over the next `behind` slots.
std::string look_up_zero(int behind) {
  return "# type xdp\n# map counts 2 4 8 4 0\n"
         "b702000000000000\n632afcff00000000\nbfa2000000000000\n07020000fcffffff\n"
         "1811000000000000\n0000000000000000\n8500000001000000\n" +
         fmt::format("15000{}0000000000\n", behind);
}
// map[0] += 1 atomically; drops.
std::string counter() {
  return look_up_zero(2) +
         "b701000001000000\ndb10000000000000\nb700000001000000\n9500000000000000\n";
}
// Drops when the first word of map[0] is not 0, else passes.
std::string flag_reader() {
  return look_up_zero(4) +
         "6101000000000000\n1501020000000000\nb700000001000000\n9500000000000000\n"
         "b700000002000000\n9500000000000000\n";
}

// The program of the text on a card with packets at `rate`, and the departure times of packets.
struct Watched {
  Watched(const std::string& text, const std::string& rate) : bench(false) {
    const auto program = ebpf::program_from_text(text, "bench");
    const auto image = offload::compile(*program, *offload::parse_target("nfp/full"));
    bench.device->maps().alloc({2, 4, 8, 4, 0}, map);
    std::string why, extack;
    bench.device->maps().claim_use(*map, image->maps[0].word_use, why);
    bench.device->programs().load(*image, 1500, extack);
    bench.card->on_departure([this](const nic::Departure& packet) {
      packets.push_back({packet.arrival_ps, packet.departure_ps, packet.exit});
    });
    auto config = nic::load_config("agilio-cx-2x40");
    traffic.emplace(std::move(
        *nic::open_generator("size=64,flows=1000,rate=" + rate, 1, nic::line_rate(*config))));
    static_cast<void>(bench.card->attach(*traffic, {}));
    run_us(100);
  }
  void run_us(uint64_t us) { bench.card->run_until(bench.card->now_ps() + us * 1'000'000); }

  struct Seen {
    uint64_t arrival_ps, departure_ps;
    nic::Exit exit;
  };
  Bench bench;
  std::unique_ptr<host::nfp::Map> map;
  std::optional<nic::PacketSource> traffic;
  std::vector<Seen> packets;
};

double quantile_us(std::vector<uint64_t>& all_ps, double q) {
  std::ranges::sort(all_ps);
  return static_cast<double>(
             all_ps[static_cast<size_t>(q * static_cast<double>(all_ps.size() - 1))]) /
         1e6;
}

// From the call of an update to the arrival of the first packet that sees it.
void update_to_packets(benchmark::State& state) {
  std::vector<uint64_t> all_ps;
  for (auto _ : state) {
    Watched watched(flag_reader(), "20Mpps");
    const Bytes key(4);
    for (uint8_t flag = 1; all_ps.size() < 200; flag ^= 1) {
      watched.packets.clear();
      const uint64_t start_ps = watched.bench.card->now_ps();
      Bytes value(8);
      value[0] = flag;
      if (watched.bench.device->maps().update(*watched.map, key, value, 0) != 0)
        return state.SkipWithError("update failed");
      watched.run_us(20);
      uint64_t first_ps = ~uint64_t{0};
      for (const Watched::Seen& packet : watched.packets) {
        const bool sees = (packet.exit == nic::Exit::kDropped) == (flag != 0);
        if (sees && packet.arrival_ps >= start_ps) first_ps = std::min(first_ps, packet.arrival_ps);
      }
      if (first_ps == ~uint64_t{0}) return state.SkipWithError("no packet saw the update");
      all_ps.push_back(first_ps - start_ps);
    }
  }
  state.SetLabel(fmt::format("p50 {:.1f} us, p99 {:.1f} us, most {:.1f} us",
                             quantile_us(all_ps, 0.5), quantile_us(all_ps, 0.99),
                             quantile_us(all_ps, 1)));
}
BENCHMARK(update_to_packets)->Name("map_sync/update_to_packets")->Iterations(1);

// How long ago the first packet left that a look-up does not know of, when it returns.
void packets_to_lookup(benchmark::State& state) {
  std::vector<uint64_t> all_ps;
  for (auto _ : state) {
    Watched watched(counter(), "1Mpps");
    const Bytes key(4);
    while (all_ps.size() < 500) {
      Bytes value(8);
      if (watched.bench.device->maps().lookup(*watched.map, key, value) != 0)
        return state.SkipWithError("lookup failed");
      const auto count = base::load_le<uint64_t>(value.data());
      const uint64_t now_ps = watched.bench.card->now_ps();
      const bool is_behind =
          count < watched.packets.size() && watched.packets[count].departure_ps < now_ps;
      all_ps.push_back(is_behind ? now_ps - watched.packets[count].departure_ps : 0);
    }
  }
  state.SetLabel(fmt::format("p50 {:.1f} us, p99 {:.1f} us, most {:.1f} us",
                             quantile_us(all_ps, 0.5), quantile_us(all_ps, 0.99),
                             quantile_us(all_ps, 1)));
}
BENCHMARK(packets_to_lookup)->Name("map_sync/packets_to_lookup")->Iterations(1);

}  // namespace

BENCHMARK_MAIN();
