// The limits of maps, in the order in which the driver meets them.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/nfp/map_limits.h"

#include <algorithm>

#include "base/bits.h"
#include "fpc/firmware/map_layout.h"
#include "offload-compiler/ebpf/maps.h"
#include "offload-compiler/nfp/opcode.h"
#include "offload-compiler/nfp/refusal.h"

namespace offload {
namespace {

// Perf event arrays stay in the host; the card only names them.
bool is_neutral(const ebpf::MapDef& map) { return map.type == BPF_MAP_TYPE_PERF_EVENT_ARRAY; }

uint64_t element_bytes(const ebpf::MapDef& map) {
  constexpr uint64_t kSlotAlign = 8;
  return base::round_up(map.key_bytes, kSlotAlign) + base::round_up(map.value_bytes, kSlotAlign);
}

// What the kernel asks of every map before it asks the driver.
template <typename Refuse>
void check_shape(const ebpf::MapDef& map, Refuse refuse) {
  constexpr const char* kAtLeastOne = "1 or more";
  const bool is_array = map.type == BPF_MAP_TYPE_ARRAY;
  if (is_array ? map.key_bytes != sizeof(uint32_t) : map.key_bytes == 0)
    refuse(refusal<Rule::kMapShape>(map.name, "key size", map.key_bytes,
                                    is_array ? "4 for an array" : kAtLeastOne));
  if (map.value_bytes == 0)
    refuse(refusal<Rule::kMapShape>(map.name, "value size", map.value_bytes, kAtLeastOne));
  if (map.max_entries == 0)
    refuse(refusal<Rule::kMapShape>(map.name, "max_entries", map.max_entries, kAtLeastOne));
}

// The maps of a card that are left after those that came before.
class Budget {
 public:
  explicit Budget(const firmware::MapLimits& limits)
      : limits_(limits), maps_left_(limits.max_maps), elements_left_(limits.max_elems) {}

  void take(const ebpf::MapDef& map, std::vector<Diagnostic>& refusals) {
    const size_t before = refusals.size();
    const auto refuse = [&](Diagnostic refused) { refusals.push_back(std::move(refused)); };
    const uint64_t element = element_bytes(map);
    check_shape(map, refuse);
    if (map.flags != 0) refuse(refusal<Rule::kMapFlags>(map.name));
    if (map.type >= 32 || (limits_.types >> map.type & 1) == 0)
      refuse(refusal<Rule::kMapType>(map.name));
    if (maps_left_ == 0) refuse(refusal<Rule::kMapCount>(map.name));
    if (map.max_entries > elements_left_)
      refuse(refusal<Rule::kMapElements>(map.name, map.max_entries, elements_left_));
    if (element > limits_.max_elem_bytes)
      refuse(refusal<Rule::kMapElementSize>(map.name, element, limits_.max_elem_bytes));
    if (map.key_bytes > limits_.max_key_bytes)
      refuse(refusal<Rule::kMapKey>(map.name, map.key_bytes, limits_.max_key_bytes));
    if (map.value_bytes > limits_.max_value_bytes)
      refuse(refusal<Rule::kMapValue>(map.name, map.value_bytes, limits_.max_value_bytes));
    if (refusals.size() > before) return;
    --maps_left_;
    elements_left_ -= map.max_entries;
  }

 private:
  const firmware::MapLimits& limits_;
  uint32_t maps_left_, elements_left_;
};

// An array of one element that the program reaches by its address alone.
bool is_global_data(const ebpf::Program& program, const ebpf::MapDef& map) {
  if (map.type != BPF_MAP_TYPE_ARRAY || map.max_entries != 1) return false;
  return std::ranges::none_of(program.insns, [&](const ebpf::Insn& insn) {
    return is_load_imm64(insn) && insn.src == BPF_PSEUDO_MAP_FD &&
           static_cast<size_t>(insn.imm) == static_cast<size_t>(&map - program.maps.data());
  });
}

// Of what no routine and no message carries, as much as the card's limits are about.
uint32_t bytes_that_count(const ebpf::MapDef& map) {
  constexpr uint32_t kAnyValue = 1;
  const bool fits = map.value_bytes != 0 && map.value_bytes <= firmware::layout::max_direct_bytes;
  return fits ? kAnyValue : map.value_bytes;
}

// Calls visit(map) for each map that the card would hold.
template <typename Visitor>
void for_each_card_map(const ebpf::Program& program, const std::vector<uint32_t>& map_ids,
                       Visitor visit) {
  for (size_t i = 0; i < program.maps.size(); ++i) {
    if (map_ids[i] != 0 && !is_neutral(program.maps[i])) visit(program.maps[i]);
  }
}

}  // namespace

std::vector<uint32_t> number_used_maps(const ebpf::Program& program) {
  std::vector<uint32_t> ids(program.maps.size());
  for (const ebpf::Insn& insn : program.insns) {
    if (!is_load_imm64(insn) || !refers_to_map(insn)) continue;
    const auto map = static_cast<uint32_t>(insn.imm);
    if (map < ids.size()) ids[map] = 1;
  }
  uint32_t next = 1;
  for (uint32_t& id : ids) id = id == 0 ? 0 : next++;
  return ids;
}

std::vector<Diagnostic> map_limit_refusals(const ebpf::Program& program,
                                           const std::vector<uint32_t>& map_ids,
                                           const firmware::MapLimits& limits, MapRules rules) {
  Budget budget(limits);
  std::vector<Diagnostic> refusals;
  for_each_card_map(program, map_ids, [&](const ebpf::MapDef& map) {
    ebpf::MapDef on_card = map;
    if (rules == MapRules::kRelaxed) {
      on_card.flags &= ~ebpf::kFlagsOfHost;
      if (is_global_data(program, map)) on_card.value_bytes = bytes_that_count(map);
    }
    budget.take(on_card, refusals);
  });
  return refusals;
}

MapDemand map_demand(const ebpf::Program& program, const std::vector<uint32_t>& map_ids) {
  MapDemand demand;
  for_each_card_map(program, map_ids, [&](const ebpf::MapDef& map) {
    ++demand.maps;
    demand.elements += map.max_entries;
    demand.largest_key = std::max<uint64_t>(demand.largest_key, map.key_bytes);
    demand.largest_value = std::max<uint64_t>(demand.largest_value, map.value_bytes);
    demand.largest_element = std::max(demand.largest_element, element_bytes(map));
  });
  return demand;
}

}  // namespace offload
