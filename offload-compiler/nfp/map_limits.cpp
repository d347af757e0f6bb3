// The limits of maps, in the order in which the driver meets them.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/nfp/map_limits.h"

#include <fmt/format.h>

#include "base/bits.h"
#include "offload-compiler/nfp/opcode.h"

namespace offload {
namespace {

// Perf event arrays stay in the host; the card only names them.
bool is_neutral(const ebpf::MapDef& map) { return map.type == BPF_MAP_TYPE_PERF_EVENT_ARRAY; }

base::Error refuse(const ebpf::MapDef& map, base::ErrorCode code, const std::string& text) {
  return {code, fmt::format("map {}: {}", map.name, text), {}};
}

class Budget {
 public:
  explicit Budget(const firmware::MapLimits& limits)
      : limits_(limits), maps_left_(limits.max_maps), elements_left_(limits.max_elems) {}

  base::Result<void> take(const ebpf::MapDef& map) {
    using enum base::ErrorCode;
    constexpr uint64_t kSlotAlign = 8;
    const uint64_t element =
        base::round_up(map.key_bytes, kSlotAlign) + base::round_up(map.value_bytes, kSlotAlign);
    if (map.flags != 0) return refuse(map, kInvalidInput, "map flags are not supported");
    if (map.type >= 32 || (limits_.types >> map.type & 1) == 0)
      return refuse(map, kUnsupported, "map type not supported");
    if (maps_left_ == 0) return refuse(map, kOutOfRange, "too many maps for a device");
    if (map.max_entries > elements_left_)
      return refuse(
          map, kOutOfRange,
          fmt::format("map with too many elements: {}, left: {}", map.max_entries, elements_left_));
    if (element > limits_.max_elem_bytes)
      return refuse(map, kOutOfRange,
                    fmt::format("map elements too large: {}, FW max element size (key+value): {}",
                                element, limits_.max_elem_bytes));
    if (map.key_bytes > limits_.max_key_bytes)
      return refuse(
          map, kOutOfRange,
          fmt::format("map key size {}, FW max is {}", map.key_bytes, limits_.max_key_bytes));
    if (map.value_bytes > limits_.max_value_bytes)
      return refuse(
          map, kOutOfRange,
          fmt::format("map value size {}, FW max is {}", map.value_bytes, limits_.max_value_bytes));
    --maps_left_;
    elements_left_ -= map.max_entries;
    return {};
  }

 private:
  const firmware::MapLimits& limits_;
  uint32_t maps_left_, elements_left_;
};

}  // namespace

std::vector<uint32_t> number_used_maps(const ebpf::Program& program) {
  std::vector<uint32_t> ids(program.maps.size());
  for (const ebpf::Insn& insn : program.insns) {
    if (!is_load_imm64(insn) || insn.src != BPF_PSEUDO_MAP_FD) continue;
    const auto map = static_cast<uint32_t>(insn.imm);
    if (map < ids.size()) ids[map] = 1;
  }
  uint32_t next = 1;
  for (uint32_t& id : ids) id = id == 0 ? 0 : next++;
  return ids;
}

base::Result<void> check_map_limits(const ebpf::Program& program,
                                    const std::vector<uint32_t>& map_ids,
                                    const firmware::MapLimits& limits) {
  Budget budget(limits);
  for (size_t i = 0; i < program.maps.size(); ++i) {
    if (map_ids[i] == 0 || is_neutral(program.maps[i])) continue;
    if (base::Result<void> taken = budget.take(program.maps[i]); !taken) return taken;
  }
  return {};
}

}  // namespace offload
