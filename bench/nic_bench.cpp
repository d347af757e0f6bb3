// Speed of the card model's parts: event wheel, packet generator, and a whole card that drops packets.
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <array>

#include "base/rng.h"
#include "fpc/assembler.h"
#include "fpc/ecc.h"
#include "nic-model/blocks/address_map.h"
#include "nic-model/blocks/event_wheel.h"
#include "nic-model/blocks/memory_system.h"
#include "nic-model/nic.h"

namespace {

// As many events in flight as a card of 120 FPCs has, each rescheduled at a command's distance.
void event_wheel(benchmark::State& state) {
  constexpr uint32_t kInFlight = 1000;
  constexpr uint64_t kFarthest = 600;
  nic::EventWheel wheel;
  base::Rng rng(1);
  for (uint32_t i = 0; i < kInFlight; ++i)
    wheel.schedule(rng.below(kFarthest), nic::EventKind::kRun, i);
  nic::Event event;
  for (auto _ : state) {
    wheel.pop(~uint64_t{0}, event);
    wheel.schedule(event.time_cycles + rng.below(kFarthest), event.kind, event.subject);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(event_wheel)->Name("event_wheel/pop_and_schedule");

// Commands a cycle apart on addresses of a megabyte: banks, and for EMEM the cache in front of them.
void memory_engine(benchmark::State& state, nic::Target target) {
  constexpr uint64_t kSpread = uint64_t{1} << 20;
  const auto config = nic::load_config("nfp-120");
  nic::MemorySystem memory(*config, 1);
  base::Rng rng(1);
  uint64_t now = 0;
  for (auto _ : state) {
    const nic::Access access{.address = rng.below(kSpread), .bytes = 8, .target = target};
    benchmark::DoNotOptimize(memory.touch(now++, 0, access));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(memory_engine, ctm, nic::Target::kCtm);
BENCHMARK_CAPTURE(memory_engine, emem, nic::Target::kEmem);

// A read and a write of a few words in pages that change, as packets' buffers do.
void byte_store(benchmark::State& state) {
  constexpr unsigned kBuffers = 256;
  fpc::ByteStore store;
  std::array<uint8_t, 60> packet{};
  unsigned number = 0;
  for (auto _ : state) {
    const uint64_t at = nic::packet_address(number++ % kBuffers, 128);
    benchmark::DoNotOptimize(store.write(at, packet));
    store.read(at, packet);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(byte_store)->Name("byte_store/write_and_read_60_bytes");

void generator(benchmark::State& state, const char* spec) {
  auto source = nic::open_generator(spec, 1, {.ports = 1, .port_bps = 100'000'000'000});
  nic::Frame frame;
  for (auto _ : state) benchmark::DoNotOptimize(source->next(frame));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(generator, smallest_packets, "size=64,flows=1000,zipf=1");
BENCHMARK_CAPTURE(generator, imix, "size=imix,flows=1000,zipf=1,proto=mix");

// Two words: the least that a program can be.
base::Result<firmware::LinkedStore> drop_store() {
  auto program = fpc::assemble("br[1], defer[1]\nimmed[gprA_0, 0x22, <<16]\n");
  if (!program) return program.error();
  for (fpc::Word& word : program->words) word = fpc::with_ecc(word);
  return firmware::link_relocated(program->words, {});
}

void card_drop(benchmark::State& state) {
  constexpr uint64_t kPackets = 100'000;
  const auto config = nic::load_config("nfp-120");
  static nic::Nic card(*config, 1);  // SystemC allows one per process
  const auto store = drop_store();
  if (!store || !card.load(*store)) return state.SkipWithError("the store does not load");
  uint64_t instructions = 0;
  for (auto _ : state) {
    auto source = nic::open_generator("size=64,flows=100,rate=300Mpps", 1, nic::line_rate(*config));
    const auto report = card.run(*source, {.packets = kPackets}, {});
    if (!report || report->drop != kPackets) return state.SkipWithError("packets were lost");
    instructions += report->instructions;
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kPackets));
  state.counters["instructions_per_s"] =
      benchmark::Counter(static_cast<double>(instructions), benchmark::Counter::kIsRate);
}
BENCHMARK(card_drop)->Name("card/drop_on_nfp_120")->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
