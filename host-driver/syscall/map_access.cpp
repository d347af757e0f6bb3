// Where entries lie, and what each place answers.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/syscall/map_access.h"

#include <algorithm>
#include <cstring>

#include "base/bits.h"
#include "base/shared_memory.h"
#include "host-driver/offload_core.h"

namespace host {

namespace {

constexpr size_t kLockBytes = 4;

bool is_perf_event_array(const bpf_map& map) {
  return map.map_type == BPF_MAP_TYPE_PERF_EVENT_ARRAY;
}

// Locks are the programs' own: user space neither sees nor sets them.
void hide_lock(const bpf_map& map, std::span<uint8_t> value) {
  if (map.lock_off < 0) return;
  const auto lock = value.subspan(static_cast<size_t>(map.lock_off), kLockBytes);
  std::ranges::fill(lock, uint8_t{0});
}

int set_perf_event(const Call& call, bpf_map* map, uint32_t index, int fd, uint64_t flags) {
  if (flags != BPF_ANY) return -EINVAL;
  if (index >= map->max_entries) return -E2BIG;
  auto file = call.caller.perf_event ? call.caller.perf_event(fd) : nullptr;
  if (!file) return -EBADF;
  const std::lock_guard guard(map->lock);
  map->events[index] = std::move(file);
  return 0;
}

int remove_perf_event(bpf_map* map, uint32_t index) {
  if (index >= map->max_entries) return -E2BIG;
  const std::lock_guard guard(map->lock);
  return map->events.erase(index) != 0 ? 0 : -ENOENT;
}

int next_perf_event(const bpf_map& map, std::span<const uint8_t> key, std::span<uint8_t> next) {
  const uint32_t index = key.empty() ? map.max_entries : base::load_le<uint32_t>(key.data());
  if (index == map.max_entries - 1) return -ENOENT;
  base::store_le(next.data(), index >= map.max_entries ? 0 : index + 1);
  return 0;
}

const void* or_null(std::span<const uint8_t> key) { return key.empty() ? nullptr : key.data(); }

}  // namespace

int lookup_entry(bpf_map* map, std::span<const uint8_t> key, std::span<uint8_t> value) {
  if (bpf_map_is_dev_bound(map)) return bpf_map_offload_lookup_elem(map, key.data(), value.data());
  if (is_perf_event_array(*map)) return -kNotSupported;
  const std::lock_guard guard(map->lock);
  const uint8_t* found = map->host->lookup(key);
  if (found == nullptr) return -ENOENT;
  std::copy_n(found, value.size(), value.begin());
  hide_lock(*map, value);
  return 0;
}

int update_entry(const Call& call, bpf_map* map, std::span<const uint8_t> key,
                 std::span<const uint8_t> value, uint64_t flags) {
  if (bpf_map_is_dev_bound(map))
    return bpf_map_offload_update_elem(map, key.data(), value.data(), flags);
  if (is_perf_event_array(*map)) {
    return set_perf_event(call, map, base::load_le<uint32_t>(key.data()),
                          static_cast<int>(base::load_le<uint32_t>(value.data())), flags);
  }
  std::vector<uint8_t> without_lock(value.begin(), value.end());
  hide_lock(*map, without_lock);
  const std::lock_guard guard(map->lock);
  return map->host->update(key, without_lock, flags & ~uint64_t{BPF_F_LOCK});
}

int delete_entry(bpf_map* map, std::span<const uint8_t> key) {
  if (bpf_map_is_dev_bound(map)) return bpf_map_offload_delete_elem(map, key.data());
  if (is_perf_event_array(*map)) return remove_perf_event(map, base::load_le<uint32_t>(key.data()));
  const std::lock_guard guard(map->lock);
  return map->host->remove(key);
}

int next_entry(bpf_map* map, std::span<const uint8_t> key, std::span<uint8_t> next) {
  if (bpf_map_is_dev_bound(map)) {
    return bpf_map_offload_get_next_key(map, or_null(key), next.data());
  }
  if (is_perf_event_array(*map)) return next_perf_event(*map, key, next);
  const std::lock_guard guard(map->lock);
  return map->host->next_key(key, next) ? 0 : -ENOENT;
}

namespace {

// What programs read for ever; empty: it may change, or lies on a device alone.
std::vector<uint8_t> constant_value(const bpf_map& map) {
  if (!map.frozen || (map.map_flags & BPF_F_RDONLY_PROG) == 0 || map.max_entries != 1) return {};
  const uint8_t* value = nullptr;
  if (map.memory) {
    value = map.memory->bytes().data();
  } else if (map.host) {
    constexpr uint8_t kFirst[sizeof(uint32_t)] = {};
    if (map.map_type == BPF_MAP_TYPE_ARRAY) value = map.host->lookup(kFirst);
  }
  if (value == nullptr) return {};
  return {value, value + map.value_size};
}

}  // namespace

ebpf::MapDef definition_of(const bpf_map& map) {
  ebpf::MapDef def;
  def.name = map.name;
  def.type = map.map_type;
  def.key_bytes = map.key_size;
  def.value_bytes = map.value_size;
  def.max_entries = map.max_entries;
  def.flags = map.map_flags;
  def.lock_off = map.lock_off;
  if (map.btf && map.btf_key_type_id != 0)
    def.key_btf = map.btf->types->type_name(map.btf_key_type_id);
  if (map.btf && map.btf_value_type_id != 0)
    def.value_btf = map.btf->types->type_name(map.btf_value_type_id);
  def.initial = constant_value(map);
  return def;
}

bool may_read(const ObjectFile& file) { return file.can_read; }

bool may_write(const ObjectFile& file) {
  const auto* map = std::get_if<MapRef>(&file.object);
  return file.can_write && (map == nullptr || !(*map)->frozen);
}

}  // namespace host
