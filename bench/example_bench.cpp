// The example programs on one core whose memory answers at once: the translating engine between commands, nothing of the card.
// SPDX-License-Identifier: Apache-2.0
//
// Items are retired instructions. Four contexts take the packets of the generator in turn; every command is performed when it is
// issued and its signal is there before the core runs again.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "cli/files.h"
#include "fpc/engine.h"
#include "fpc/firmware/abi.h"
#include "fpc/firmware/link.h"
#include "fpc/firmware/map_table.h"
#include "fpc/memory.h"
#include "host-driver/map_json.h"
#include "nic-model/packet_io.h"

namespace {

constexpr unsigned kPackets = 1024;
constexpr uint32_t kBudget = 1'000'000;

struct Workload {
  firmware::LinkedStore store;
  fpc::ByteStore memory;
  std::unique_ptr<firmware::MapTable> maps;
  std::vector<std::vector<uint8_t>> packets;
};

std::string example(const std::string& name) { return MILLRACE_EXAMPLES "/" + name; }

base::Result<void> fill_maps(Workload& load, const firmware::Image& image,
                             const std::string& path) {
  load.maps = std::make_unique<firmware::MapTable>(load.memory);
  for (const firmware::ImageMap& map : image.maps) {
    auto id = load.maps->create({map.type, map.key_bytes, map.value_bytes, map.max_entries});
    if (!id) return id.error();
  }
  if (path.empty()) return {};
  auto text = cli::read_file(example(path));
  if (!text) return text.error();
  auto contents = host::parse_map_contents(*text, path);
  if (!contents) return contents.error();
  for (const host::MapContents& wanted : *contents) {
    const auto found = std::ranges::find(image.maps, wanted.map, &firmware::ImageMap::name);
    if (found == image.maps.end()) return base::invalid_input("no such map", wanted.map);
    const auto id = static_cast<unsigned>(found - image.maps.begin()) + 1;
    for (const host::MapEntry& entry : wanted.entries) {
      if (firmware::to_errno(load.maps->update(id, entry.key, entry.value, 0)) != 0)
        return base::invalid_input("entry is refused", wanted.map);
    }
  }
  return {};
}

base::Result<std::unique_ptr<Workload>> prepare(const std::string& file, const std::string& program,
                                                const std::string& maps) {
  auto target = offload::parse_target("nfp");
  if (!target) return target.error();
  cli::ProgramSource source;
  source.path = example(file + ".bpf.o");
  source.program = program;
  auto input = cli::load_input(source, *target);
  if (!input) return input.error();
  auto store = firmware::link(input->image);
  if (!store) return store.error();
  auto load = std::make_unique<Workload>();
  load->store = std::move(*store);
  if (auto filled = fill_maps(*load, input->image, maps); !filled) return filled.error();
  auto generator = nic::open_generator("size=64,flows=1000,proto=mix,rate=1Mpps", 1, {});
  if (!generator) return generator.error();
  nic::Frame frame;
  for (unsigned i = 0; i < kPackets; ++i) {
    if (auto next = generator->next(frame); !next) return next.error();
    load->packets.push_back(frame.bytes);
  }
  return load;
}

// Does for one core what the card does, at once.
class Server {
 public:
  Server(Workload& load, fpc::Core& core) : load_(load), core_(core) {}

  // False: a command that no example has.
  bool perform() {
    const fpc::MemoryCommand& command = core_.command();
    fpc::ContextState& context = core_.context(command.slot);
    bool is_done = true;
    if (command.op == fpc::Op::kMemPacketAddThread) {
      hand_over(command, context);
    } else if (command.address == firmware::kIoSequence) {
      context.xfer_in[command.xfer] = context.xfer_in[command.xfer + 1] = sequence_;
    } else if (command.address == firmware::kIoRetire) {
      ++retired_;
    } else {
      is_done = fpc::perform(command, context, load_.memory);
    }
    core_.signal(command.slot, command.signal_mask());
    return is_done;
  }

  uint64_t retired() const { return retired_; }

 private:
  void hand_over(const fpc::MemoryCommand& command, fpc::ContextState& context) {
    const std::vector<uint8_t>& bytes = load_.packets[++sequence_ % kPackets];
    const uint32_t number = uint32_t{command.slot} << 16;
    const uint32_t pointer = 1u << 31 | number | firmware::kPacketOffset;
    if (!load_.memory.write(pointer, bytes)) return;
    uint32_t* words = &context.xfer_in[command.xfer];
    std::fill_n(words, firmware::kPvWords, 0);
    words[firmware::kPvLength] = static_cast<uint32_t>(bytes.size()) | number;
    words[firmware::kPvPointer] = pointer;
    words[firmware::kPvSequence] = sequence_;
  }

  Workload& load_;
  fpc::Core& core_;
  uint32_t sequence_ = 0;
  uint64_t retired_ = 0;
};

void example_run(benchmark::State& state, const char* file, const char* program, const char* maps) {
  auto load = prepare(file, program, maps);
  if (!load) return state.SkipWithError(load.error().text().c_str());
  auto code = fpc::CodeStore::create((*load)->store.words);
  if (!code) return state.SkipWithError(code.error().text().c_str());
  const std::unique_ptr<fpc::Core> core = fpc::make_core(fpc::Engine::kJit);
  core->set_code(*code);
  core->reset(static_cast<uint16_t>((*load)->store.entry), 0xf, 1, 0);
  Server server(**load, *core);
  uint64_t now = 0, instructions = 0;
  for (auto _ : state) {
    const uint64_t enough = server.retired() + kPackets;
    while (server.retired() < enough) {
      const fpc::Step step = core->run(now, kBudget);
      now += step.cycles;
      instructions += step.instructions;
      if (step.reason == fpc::StopReason::kCommand && server.perform()) continue;
      if (step.reason == fpc::StopReason::kSwapped || step.reason == fpc::StopReason::kSync)
        continue;
      return state.SkipWithError("the core stops");
    }
  }
  state.SetItemsProcessed(static_cast<int64_t>(instructions));
  state.counters["packets_per_s"] =
      benchmark::Counter(static_cast<double>(server.retired()), benchmark::Counter::kIsRate);
}

#define EXAMPLE_BENCH(file, program, maps) \
  BENCHMARK_CAPTURE(example_run, program, #file, #program, maps)->Name("jit/example/" #program)
EXAMPLE_BENCH(drop, drop, "");
EXAMPLE_BENCH(firewall, firewall, "firewall.json");
EXAMPLE_BENCH(load_balancer, load_balancer, "load_balancer.json");
EXAMPLE_BENCH(counters, count_sources, "");
EXAMPLE_BENCH(router, router, "router.json");
EXAMPLE_BENCH(tx_macswap, tx_macswap, "");
#undef EXAMPLE_BENCH

}  // namespace

BENCHMARK_MAIN();
