// Helper functions of the reference interpreter, with the kernel's result codes.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <cerrno>

#include "offload-compiler/ebpf/machine.h"
#include "offload-compiler/ebpf/print.h"

namespace ebpf {
namespace {

uint64_t result_code(int64_t code) { return static_cast<uint64_t>(code); }

// Bytes that a helper reads through a pointer argument; fails the machine when they are not there.
std::optional<std::span<const uint8_t>> argument(Machine& m, const char* what, uint64_t address,
                                                 uint64_t size) {
  const uint8_t* bytes = m.memory.resolve(address, size);
  if (bytes != nullptr) return std::span(bytes, size);
  m.fail(fmt::format("{} of {} bytes at {}", what, size, m.memory.describe(address)));
  return std::nullopt;
}

Map* map_argument(Machine& m, uint64_t address) {
  Map* map = m.memory.map_at(address);
  if (map == nullptr) m.fail(fmt::format("map argument is {}", m.memory.describe(address)));
  return map;
}

bool map_lookup(Machine& m) {
  Map* map = map_argument(m, m.regs[1]);
  if (map == nullptr) return false;
  const auto key = argument(m, "key", m.regs[2], map->def().key_bytes);
  if (!key) return false;
  const auto slot = map->find(*key);
  m.regs[0] = slot ? AddressSpace::map_value_address(m.memory.map_index(m.regs[1]), *slot) : 0;
  return true;
}

bool map_update(Machine& m) {
  Map* map = map_argument(m, m.regs[1]);
  if (map == nullptr) return false;
  const auto key = argument(m, "key", m.regs[2], map->def().key_bytes);
  if (!key) return false;
  const auto value = argument(m, "value", m.regs[3], map->def().value_bytes);
  if (!value) return false;
  m.regs[0] = result_code(map->update(*key, *value, m.regs[4]));
  return true;
}

bool map_delete(Machine& m) {
  Map* map = map_argument(m, m.regs[1]);
  if (map == nullptr) return false;
  const auto key = argument(m, "key", m.regs[2], map->def().key_bytes);
  if (!key) return false;
  m.regs[0] = result_code(map->remove(*key));
  return true;
}

bool ktime_get_ns(Machine& m) {
  m.regs[0] = m.options.clock_ns ? m.options.clock_ns() : m.steps;
  return true;
}

bool get_prandom_u32(Machine& m) {
  m.regs[0] = m.options.random ? m.options.random() : static_cast<uint32_t>(m.fallback_rng.next());
  return true;
}

bool xdp_adjust_head(Machine& m) {
  const int64_t data = int64_t{m.memory.data()} + static_cast<int32_t>(m.regs[2]);
  const bool allowed = data >= m.options.off_min && data <= m.options.off_max &&
                       data + ETH_HLEN <= m.memory.data_end();
  if (allowed) m.memory.move_data(static_cast<uint32_t>(data));
  m.regs[0] = allowed ? 0 : result_code(-EINVAL);
  return true;
}

bool xdp_adjust_tail(Machine& m) {
  const int64_t end = int64_t{m.memory.data_end()} + static_cast<int32_t>(m.regs[2]);
  const bool allowed =
      end <= int64_t{m.memory.buffer_bytes()} && end >= int64_t{m.memory.data()} + ETH_HLEN;
  if (allowed) m.memory.move_data_end(static_cast<uint32_t>(end));
  m.regs[0] = allowed ? 0 : result_code(-EINVAL);
  return true;
}

// The event is the data, then as many packet bytes as the upper half of the flags asks for.
bool perf_event_output(Machine& m) {
  const auto data = argument(m, "event data", m.regs[4], m.regs[5]);
  if (!data) return false;
  const uint64_t packet_bytes = (m.regs[3] & BPF_F_CTXLEN_MASK) >> 32;
  if (packet_bytes > m.memory.data_end() - m.memory.data()) {
    m.regs[0] = result_code(-EFAULT);
    return true;
  }
  std::vector<uint8_t> event(data->begin(), data->end());
  const uint8_t* packet =
      m.memory.resolve(AddressSpace::packet_address(m.memory.data()), packet_bytes);
  event.insert(event.end(), packet, packet + packet_bytes);
  m.outcome.events.push_back(std::move(event));
  m.regs[0] = 0;
  return true;
}

struct HelperEntry {
  int32_t id;
  bool xdp_only;
  bool (*run)(Machine&);
};

constexpr HelperEntry kHelpers[] = {
    {BPF_FUNC_map_lookup_elem, false, map_lookup},
    {BPF_FUNC_map_update_elem, false, map_update},
    {BPF_FUNC_map_delete_elem, false, map_delete},
    {BPF_FUNC_ktime_get_ns, false, ktime_get_ns},
    {BPF_FUNC_get_prandom_u32, false, get_prandom_u32},
    {BPF_FUNC_perf_event_output, false, perf_event_output},
    {BPF_FUNC_xdp_adjust_head, true, xdp_adjust_head},
    {BPF_FUNC_xdp_adjust_tail, true, xdp_adjust_tail},
};

}  // namespace

bool call_helper(Machine& machine, int32_t id) {
  for (const HelperEntry& helper : kHelpers) {
    if (helper.id != id) continue;
    if (helper.xdp_only && machine.type != ProgType::kXdp) break;
    return helper.run(machine);
  }
  machine.fail(fmt::format("helper {} is not known to the reference interpreter for {} programs",
                           helper_name(id), to_string(machine.type)));
  return false;
}

}  // namespace ebpf
