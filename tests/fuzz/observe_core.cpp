// Our microcode on one context of a core as a witness.
// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>

#include "base/bits.h"
#include "fpc/firmware/map_table.h"
#include "tests/firmware/harness.h"
#include "tests/fuzz/observation.h"

namespace fuzz {
namespace {

constexpr uint32_t kQueueChosen = 1u << 4;  // of the packet vector's flags

// Atomic words lie in memory in the memory unit's order; the driver swaps them at its edge.
Bytes from_card(std::span<const uint8_t> value, const std::vector<firmware::WordUse>& use) {
  Bytes bytes(value.begin(), value.end());
  for (size_t word = 0; word < use.size(); ++word) {
    uint8_t* at = &bytes[word * 4];
    if (use[word] == firmware::WordUse::kAtomic) base::store_be(at, base::load_le<uint32_t>(at));
  }
  return bytes;
}

Entries entries_of(const firmware::MapTable& maps, unsigned id, const firmware::ImageMap& map) {
  Entries entries;
  maps.for_each(id, [&](std::span<const uint8_t> key, std::span<const uint8_t> value) {
    entries[Bytes(key.begin(), key.end())] = from_card(value, map.word_use);
  });
  return entries;
}

}  // namespace

base::Result<Observation> observe_core(const ebpf::Program& program, const firmware::Image& image,
                                       const Input& input) {
  const auto store = firmware::link(image);
  if (!store) return store.error();
  return observe_core(program, image, *store, input);
}

base::Result<Observation> observe_core(const ebpf::Program& program, const firmware::Image& image,
                                       const firmware::LinkedStore& store, const Input& input) {
  fpc::ByteStore memory;
  firmware::MapTable tables(memory);
  std::vector<unsigned> ids(program.maps.size());  // 0: the program does not use the map
  Observation seen;
  seen.maps = input.maps;
  for (const firmware::ImageMap& map : image.maps) {
    const auto id = tables.create({map.type, map.key_bytes, map.value_bytes, map.max_entries});
    if (!id) return id.error();
    size_t index = 0;
    while (program.maps[index].name != map.name) ++index;
    ids[index] = *id;
    for (const auto& [key, value] : input.maps[index]) tables.update(*id, key, value, BPF_ANY);
  }
  std::vector<harness::Packet> packets;
  for (const Bytes& bytes : input.packets) packets.push_back({bytes});
  harness::Options one_context;
  one_context.slots = 1;
  harness::Run run = harness::run_program(store, memory, packets, one_context);
  if (!run.trouble.empty()) return base::invalid_input(run.trouble);
  for (harness::Retired& retired : run.retired) {
    const int queue = retired.flags & kQueueChosen ? static_cast<int>(retired.queue & 0xff) : -1;
    seen.packets.push_back({retired.verdict, std::move(retired.bytes), queue});
  }
  for (size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] != 0) seen.maps[i] = entries_of(tables, ids[i], image.maps[ids[i] - 1]);
  }
  return seen;
}

}  // namespace fuzz
