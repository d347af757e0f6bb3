// Maps of netdevsim: two entries each.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

#include "base/bits.h"
#include "host-driver/drivers/netdevsim/netdevsim_p.h"

namespace host::netdevsim {

namespace {

constexpr size_t kMaxEntries = 2;

struct Entry {
  std::vector<uint8_t> key, value;
};

struct SmallMap {
  std::mutex mutex;
  std::array<std::optional<Entry>, kMaxEntries> entries;

  // kMaxEntries: not there.
  size_t find(const bpf_map& map, const void* key) const {
    const auto has_key = [&](const std::optional<Entry>& entry) {
      return entry && std::memcmp(entry->key.data(), key, map.key_size) == 0;
    };
    return static_cast<size_t>(std::ranges::find_if(entries, has_key) - entries.begin());
  }
  size_t first_from(size_t at) const {
    while (at < kMaxEntries && !entries[at]) ++at;
    return at;
  }
  size_t first_free() const {
    size_t at = 0;
    while (at < kMaxEntries && entries[at]) ++at;
    return at;
  }
};

SmallMap& entries_of(const bpf_offloaded_map* offmap) {
  return *static_cast<SmallMap*>(offmap->dev_priv);
}

std::vector<uint8_t> bytes(const void* from, uint32_t size) {
  const auto* at = static_cast<const uint8_t*>(from);
  return {at, at + size};
}

int get_next_key(bpf_offloaded_map* offmap, const void* key, void* next_key) {
  SmallMap& map = entries_of(offmap);
  const std::lock_guard guard(map.mutex);
  const size_t found = key == nullptr ? kMaxEntries : map.find(offmap->map, key);
  const size_t next = map.first_from(found == kMaxEntries ? 0 : found + 1);
  if (next == kMaxEntries) return -ENOENT;
  std::memcpy(next_key, map.entries[next]->key.data(), offmap->map.key_size);
  return 0;
}

int lookup_elem(bpf_offloaded_map* offmap, const void* key, void* value) {
  SmallMap& map = entries_of(offmap);
  const std::lock_guard guard(map.mutex);
  const size_t found = map.find(offmap->map, key);
  if (found == kMaxEntries) return -ENOENT;
  std::memcpy(value, map.entries[found]->value.data(), offmap->map.value_size);
  return 0;
}

int update_elem(bpf_offloaded_map* offmap, const void* key, const void* value, uint64_t flags) {
  SmallMap& map = entries_of(offmap);
  const std::lock_guard guard(map.mutex);
  size_t at = map.find(offmap->map, key);
  if (at == kMaxEntries && flags == BPF_EXIST) return -ENOENT;
  if (at != kMaxEntries && flags == BPF_NOEXIST) return -EEXIST;
  if (at == kMaxEntries) at = map.first_free();
  if (at == kMaxEntries) return -E2BIG;
  map.entries[at] = {bytes(key, offmap->map.key_size), bytes(value, offmap->map.value_size)};
  return 0;
}

int delete_elem(bpf_offloaded_map* offmap, const void* key) {
  if (offmap->map.map_type == BPF_MAP_TYPE_ARRAY) return -EINVAL;
  SmallMap& map = entries_of(offmap);
  const std::lock_guard guard(map.mutex);
  const size_t found = map.find(offmap->map, key);
  if (found == kMaxEntries) return -ENOENT;
  map.entries[found].reset();
  return 0;
}

constexpr bpf_map_dev_ops kMapOps = {
    .map_get_next_key = get_next_key,
    .map_lookup_elem = lookup_elem,
    .map_update_elem = update_elem,
    .map_delete_elem = delete_elem,
};

}  // namespace

int map_alloc(Port& port, bpf_offloaded_map* offmap) {
  const bpf_map& map = offmap->map;
  if (!port.on(PortKnob::bpf_map_accept)) return -EOPNOTSUPP;
  if (map.max_entries > kMaxEntries) return -ENOMEM;
  if (offmap->dev_flags != 0) return -EINVAL;
  auto made = std::make_unique<SmallMap>();
  if (map.map_type == BPF_MAP_TYPE_ARRAY) {
    for (uint32_t i = 0; i < kMaxEntries; ++i) {
      Entry entry{std::vector<uint8_t>(sizeof i), std::vector<uint8_t>(map.value_size)};
      base::store_le(entry.key.data(), i);
      made->entries[i] = std::move(entry);
    }
  }
  offmap->dev_ops = &kMapOps;
  offmap->dev_priv = made.release();
  return 0;
}

int map_free(bpf_offloaded_map* offmap) {
  delete &entries_of(offmap);
  return 0;
}

}  // namespace host::netdevsim
