// The rows of helpers.def as data, and the map types that each helper serves.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier/prototypes.h"

#include <linux/bpf.h>

#include <algorithm>
#include <iterator>

namespace ebpf {

namespace {

namespace rows {
using enum Arg;

constexpr uint8_t bit(ProgType type) { return static_cast<uint8_t>(1 << static_cast<int>(type)); }
constexpr uint8_t kX = bit(ProgType::kXdp), kC = bit(ProgType::kSchedCls),
                  kS = bit(ProgType::kSocketFilter);

template <typename... Args>
constexpr std::array<Arg, 5> args(Args... list) {
  return {list...};
}
#define BPF_PROTOTYPE(name, id, programs, result, a1, a2, a3, a4, a5, flags) \
  Prototype{id, programs, HelperResult::result, args(a1, a2, a3, a4, a5), flags},
constexpr Prototype kPrototypes[] = {
#include "offload-compiler/ebpf/verifier/helpers.def"
};
#undef BPF_PROTOTYPE
}  // namespace rows

const Prototype* find_row(int32_t id) {
  const auto found =
      std::lower_bound(std::begin(rows::kPrototypes), std::end(rows::kPrototypes), id,
                       [](const Prototype& row, int32_t wanted) { return row.id < wanted; });
  return found != std::end(rows::kPrototypes) && found->id == id ? found : nullptr;
}

static_assert(std::is_sorted(std::begin(rows::kPrototypes), std::end(rows::kPrototypes),
                             [](const Prototype& a, const Prototype& b) { return a.id < b.id; }));

// Entries that a callback can visit one by one.
bool can_be_walked(uint32_t type) {
  switch (type) {
    case BPF_MAP_TYPE_HASH:
    case BPF_MAP_TYPE_ARRAY:
    case BPF_MAP_TYPE_PERCPU_HASH:
    case BPF_MAP_TYPE_PERCPU_ARRAY:
    case BPF_MAP_TYPE_LRU_HASH:
    case BPF_MAP_TYPE_LRU_PERCPU_HASH:
      return true;
    default:
      return false;
  }
}

// Entries that programs access by key.
bool is_keyed(uint32_t type) { return can_be_walked(type) || type == BPF_MAP_TYPE_LPM_TRIE; }

}  // namespace

const Prototype* find_prototype(int32_t id, ProgType type) {
  const Prototype* row = find_row(id);
  return row != nullptr && (row->programs & rows::bit(type)) != 0 ? row : nullptr;
}

bool serves(int32_t helper, uint32_t map_type) {
  switch (helper) {
    case BPF_FUNC_tail_call:
      return map_type == BPF_MAP_TYPE_PROG_ARRAY;
    case BPF_FUNC_perf_event_output:
      return map_type == BPF_MAP_TYPE_PERF_EVENT_ARRAY;
    case BPF_FUNC_redirect_map:
      return map_type == BPF_MAP_TYPE_DEVMAP || map_type == BPF_MAP_TYPE_DEVMAP_HASH ||
             map_type == BPF_MAP_TYPE_CPUMAP || map_type == BPF_MAP_TYPE_XSKMAP;
    case BPF_FUNC_map_push_elem:
    case BPF_FUNC_map_pop_elem:
    case BPF_FUNC_map_peek_elem:
      return map_type == BPF_MAP_TYPE_QUEUE || map_type == BPF_MAP_TYPE_STACK;
    case BPF_FUNC_for_each_map_elem:
      return can_be_walked(map_type);
    default:
      return is_keyed(map_type);
  }
}

bool is_known_helper(int32_t id) { return find_row(id) != nullptr; }

bool is_known_map_type(uint32_t type) {
  return std::any_of(std::begin(rows::kPrototypes), std::end(rows::kPrototypes),
                     [type](const Prototype& row) { return serves(row.id, type); });
}

bool calls_back(const Insn& insn) {
  if (insn.opcode != (BPF_JMP | BPF_CALL) || insn.src != 0) return false;
  const Prototype* row = find_row(insn.imm);
  return row != nullptr &&
         std::find(row->args.begin(), row->args.end(), Arg::kCallback) != row->args.end();
}

}  // namespace ebpf
