// The reference interpreter as a witness.
// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>

#include "tests/fuzz/observation.h"

namespace fuzz {
namespace {

Entries entries_of(const ebpf::Map& map) {
  Entries entries;
  map.for_each([&](std::span<const uint8_t> key, std::span<const uint8_t> value) {
    entries[Bytes(key.begin(), key.end())] = Bytes(value.begin(), value.end());
  });
  return entries;
}

}  // namespace

base::Result<Observation> observe_reference(const ebpf::Program& program, const Input& input,
                                            const ebpf::InterpreterOptions& options) {
  std::vector<std::shared_ptr<ebpf::Map>> maps;
  for (size_t i = 0; i < program.maps.size(); ++i) {
    auto map = ebpf::Map::create(program.maps[i]);
    if (!map) return map.error();
    maps.emplace_back(std::move(*map));
    for (const auto& [key, value] : input.maps[i]) maps.back()->update(key, value, BPF_ANY);
  }
  auto interpreter = ebpf::Interpreter::create(program, maps, options);
  if (!interpreter) return interpreter.error();
  Observation seen;
  for (const Bytes& packet : input.packets) {
    auto outcome = interpreter->run(packet);
    if (!outcome) return outcome.error();
    const int queue = outcome->queue_chosen ? static_cast<int>(outcome->rx_queue) : -1;
    seen.packets.push_back({outcome->verdict, std::move(outcome->packet), queue});
  }
  for (const auto& map : maps) seen.maps.push_back(entries_of(*map));
  return seen;
}

}  // namespace fuzz
