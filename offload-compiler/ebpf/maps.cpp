// HASH and ARRAY maps with the kernel's results for every flag and error.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/maps.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/bits.h"
#include "offload-compiler/ebpf/slot_store.h"

namespace ebpf {
namespace {

using Bytes = std::span<const uint8_t>;

constexpr uint32_t kMaxKeyBytes = 512;  // the kernel's MAX_BPF_STACK
constexpr uint64_t kMaxMapBytes = uint64_t{1} << 32;

std::string_view view(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
Bytes bytes_of(const std::string& key) {
  return {reinterpret_cast<const uint8_t*>(key.data()), key.size()};
}

struct KeyHash {
  using is_transparent = void;
  size_t operator()(std::string_view key) const { return std::hash<std::string_view>{}(key); }
};
using Index = std::unordered_map<std::string, uint32_t, KeyHash, std::equal_to<>>;

base::Result<void> check_size(const MapDef& def, const char* what, uint64_t found,
                              uint64_t allowed) {
  if (found >= 1 && found <= allowed) return {};
  return base::out_of_range(
      fmt::format("map {}: {} is {}, allowed is 1..{}", def.name, what, found, allowed));
}

base::Result<void> check_sizes(const MapDef& def) {
  const bool is_array = def.type == BPF_MAP_TYPE_ARRAY;
  if (auto r = check_size(def, "value size", def.value_bytes, Map::kMaxValueBytes); !r) return r;
  if (auto r = check_size(def, "max_entries", def.max_entries, Map::kMaxEntries); !r) return r;
  if (is_array && def.key_bytes != 4) {
    return base::out_of_range(
        fmt::format("map {}: key size of an array is {}, allowed is 4", def.name, def.key_bytes));
  }
  if (auto r = check_size(def, "key size", def.key_bytes, kMaxKeyBytes); !r) return r;
  const uint64_t total = def.max_entries * base::round_up(def.value_bytes, 8);
  return check_size(def, "size in bytes of all values", total, kMaxMapBytes);
}

}  // namespace

struct Map::Impl {
  Impl(const MapDef& d, std::shared_ptr<uint8_t[]> memory)
      : def(d),
        is_array(d.type == BPF_MAP_TYPE_ARRAY),
        values(d.value_bytes, d.max_entries, std::move(memory)) {}

  uint32_t take_slot() {
    if (free_slots.empty()) return used_slots++;
    const uint32_t slot = free_slots.back();
    free_slots.pop_back();
    return slot;
  }

  int update_array(uint32_t slot, Bytes value, uint64_t flags) {
    if (slot >= def.max_entries) return -E2BIG;
    if (flags == BPF_NOEXIST) return -EEXIST;
    std::ranges::copy(value, values.value(slot));
    return 0;
  }

  int update_hash(Bytes key, Bytes value, uint64_t flags) {
    const auto entry = index.find(view(key));
    if (entry != index.end()) {
      if (flags == BPF_NOEXIST) return -EEXIST;
      std::ranges::copy(value, values.value(entry->second));
      return 0;
    }
    if (flags == BPF_EXIST) return -ENOENT;
    if (index.size() >= def.max_entries) return -E2BIG;
    const uint32_t slot = take_slot();
    std::ranges::copy(value, values.value(slot));
    const auto added = index.emplace(view(key), slot).first;
    keys.resize(used_slots);
    keys[slot] = &added->first;
    return 0;
  }

  const MapDef def;
  const bool is_array;
  SlotStore values;
  Index index;                           // hash: key to slot
  std::vector<uint32_t> free_slots;      // hash: removed entries
  uint32_t used_slots = 0;               // hash: slots that ever held an entry
  std::vector<const std::string*> keys;  // hash: by slot, nullptr: removed
};

base::Result<std::unique_ptr<Map>> Map::create(const MapDef& def,
                                               std::shared_ptr<uint8_t[]> memory) {
  if (def.type != BPF_MAP_TYPE_HASH && def.type != BPF_MAP_TYPE_ARRAY) {
    return base::unsupported(
        fmt::format("map {}: type {}, allowed are hash (1) and array (2)", def.name, def.type));
  }
  if (auto checked = check_sizes(def); !checked) return checked.error();
  if (def.initial.size() > def.value_bytes) {
    return base::invalid_input(fmt::format("map {}: initial value of {} bytes, allowed are {}",
                                           def.name, def.initial.size(), def.value_bytes));
  }
  std::unique_ptr<Map> map(new Map(std::make_unique<Impl>(def, std::move(memory))));
  map->clear();
  return map;
}

Map::Map(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Map::~Map() = default;

const MapDef& Map::def() const { return impl_->def; }

std::optional<uint32_t> Map::find(Bytes key) const {
  if (key.size() != impl_->def.key_bytes) return std::nullopt;
  if (impl_->is_array) {
    const auto index = base::load_le<uint32_t>(key.data());
    return index < impl_->def.max_entries ? std::optional(index) : std::nullopt;
  }
  const auto entry = impl_->index.find(view(key));
  return entry == impl_->index.end() ? std::nullopt : std::optional(entry->second);
}

uint8_t* Map::slot_value(uint32_t slot) {
  const uint32_t slots = impl_->is_array ? impl_->def.max_entries : impl_->used_slots;
  return slot < slots ? impl_->values.value(slot) : nullptr;
}

uint8_t* Map::lookup(Bytes key) {
  const auto slot = find(key);
  return slot ? impl_->values.value(*slot) : nullptr;
}

int Map::update(Bytes key, Bytes value, uint64_t flags) {
  if (key.size() != impl_->def.key_bytes || value.size() != impl_->def.value_bytes) return -EINVAL;
  if (flags > BPF_EXIST) return -EINVAL;
  if (impl_->is_array)
    return impl_->update_array(base::load_le<uint32_t>(key.data()), value, flags);
  return impl_->update_hash(key, value, flags);
}

int Map::remove(Bytes key) {
  if (key.size() != impl_->def.key_bytes || impl_->is_array) return -EINVAL;
  const auto entry = impl_->index.find(view(key));
  if (entry == impl_->index.end()) return -ENOENT;
  impl_->free_slots.push_back(entry->second);
  impl_->keys[entry->second] = nullptr;
  impl_->index.erase(entry);
  return 0;
}

bool Map::key_from(uint32_t slot, std::span<uint8_t> key) const {
  if (impl_->is_array) {
    if (slot >= impl_->def.max_entries) return false;
    base::store_le(key.data(), slot);
    return true;
  }
  while (slot < impl_->used_slots && impl_->keys[slot] == nullptr) ++slot;
  if (slot >= impl_->used_slots) return false;
  std::ranges::copy(bytes_of(*impl_->keys[slot]), key.begin());
  return true;
}

bool Map::next_key(Bytes key, std::span<uint8_t> next) const {
  const std::optional<uint32_t> found = find(key);
  return key_from(found ? *found + 1 : 0, next);
}

void Map::for_each(const std::function<void(Bytes, Bytes)>& visit) const {
  const std::vector<uint8_t> zero(impl_->def.value_bytes);
  const auto value_of = [&](uint32_t slot) {
    const uint8_t* value = impl_->values.peek(slot);
    return Bytes(value == nullptr ? zero.data() : value, zero.size());
  };
  if (impl_->is_array) {
    for (uint32_t i = 0; i < impl_->def.max_entries; ++i) {
      uint8_t key[4];
      base::store_le(key, i);
      visit(key, value_of(i));
    }
    return;
  }
  std::vector<const Index::value_type*> entries;
  for (const auto& entry : impl_->index) entries.push_back(&entry);
  std::ranges::sort(
      entries, {}, [](const auto* entry) -> auto& { return entry->first; });
  for (const auto* entry : entries) visit(bytes_of(entry->first), value_of(entry->second));
}

void Map::clear() {
  impl_->index.clear();
  impl_->free_slots.clear();
  impl_->keys.clear();
  impl_->used_slots = 0;
  impl_->values.zero();
  if (impl_->is_array) std::ranges::copy(impl_->def.initial, impl_->values.value(0));
}

}  // namespace ebpf
