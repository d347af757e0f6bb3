// Host-side operations on maps: the steps of the microcode, on a card at rest.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/firmware/map_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>

#include "base/bits.h"
#include "fpc/firmware/map_geometry.h"
#include "fpc/firmware/map_layout.h"

namespace firmware {
namespace {

constexpr uint64_t kFlagNoExist = 1, kFlagExist = 2;  // 0: any
// At rest no packet is in service, so a removed entry may be reused at once: a stamp older than
// every packet.
constexpr uint32_t kStampLongAgo = 0xffffffff;
constexpr uint32_t kRingLock = 0x80000000;

uint32_t length_ref(uint32_t words) { return layout::length_override | (words - 1) << 8; }

}  // namespace

struct MapTable::Key {
  std::array<uint32_t, layout::max_key_words> words{};
  uint32_t count = 0;

  Key(const MapGeometry& geometry, std::span<const uint8_t> bytes) : count(geometry.key_words) {
    std::array<uint8_t, layout::max_key_bytes> padded{};
    std::ranges::copy(bytes, padded.begin());
    for (uint32_t i = 0; i < count; ++i) words[i] = base::load_le<uint32_t>(&padded[4 * i]);
  }
  std::span<const uint32_t> used() const { return std::span(words).first(count); }
};

struct MapTable::Place {
  uint64_t bucket = 0;    // address of the bucket word
  uint32_t entry = 0;     // offset, 0: the key is absent
  uint32_t previous = 0;  // offset of the entry before it, 0: the bucket word
};

MapTable::MapTable(fpc::ByteStore& memory) : memory_(memory) {}
MapTable::~MapTable() = default;
MapTable::MapTable(MapTable&&) noexcept = default;

int to_errno(MapStatus status) {
  switch (status) {
    case MapStatus::kOk:
      return 0;
    case MapStatus::kNoEntry:
      return ENOENT;
    case MapStatus::kExists:
      return EEXIST;
    case MapStatus::kFull:
      return E2BIG;
    case MapStatus::kNoMemory:
      return ENOMEM;
    case MapStatus::kInvalid:
      return EINVAL;
  }
  return EINVAL;
}

const MapTable::Table& MapTable::table(unsigned id) const {
  assert(contains(id) && "table ids come from create()");
  return tables_[id - 1];
}

uint32_t MapTable::read_native(uint64_t address) const {
  return base::byte_swap(memory_.read32(address));
}

bool MapTable::write_native(uint64_t address, uint32_t value) {
  return memory_.write32(address, base::byte_swap(value));
}

unsigned MapTable::count() const {
  return static_cast<unsigned>(
      std::ranges::count_if(tables_, [](const Table& table) { return table.id != 0; }));
}

// Round robin: cores may still know the descriptor of a table that has just gone.
unsigned MapTable::free_id() const {
  for (unsigned step = 0; step < kMaxMaps; ++step) {
    const unsigned id = (last_id_ + step) % kMaxMaps + 1;
    if (!contains(id)) return id;
  }
  return 0;
}

base::Result<unsigned> MapTable::create(const MapShape& shape) {
  Table table;
  table.shape = shape;
  table.id = free_id();
  if (table.id == 0) {
    return base::out_of_range(fmt::format("map {}, allowed are {} maps", kMaxMaps + 1, kMaxMaps));
  }
  if (shape.type != kMapTypePerfEventArray) {
    base::Result<MapGeometry> geometry = map_geometry(shape);
    if (!geometry) return geometry.error();
    const std::optional<uint64_t> base = heap_.take(
        geometry->bytes, shape.is_mappable ? fpc::ByteStore::kPageBytes : MapHeap::kAlignment);
    if (!base) {
      return base::out_of_range(fmt::format("map of {} bytes, card memory has {} left",
                                            geometry->bytes, heap_.largest_gap()));
    }
    table.geometry = std::make_unique<const MapGeometry>(*geometry);
    table.base = *base;
    if (!write_descriptor(table)) {
      heap_.give_back(*base);
      return base::out_of_range("no host memory left for the descriptor of a map");
    }
  }
  last_id_ = table.id;
  if (tables_.size() < table.id) tables_.resize(table.id);
  tables_[table.id - 1] = std::move(table);
  return last_id_;
}

uint32_t MapTable::destroy(unsigned id) {
  const Table& gone = table(id);
  uint32_t entries = 0;
  if (gone.geometry) {
    const bool is_hash = gone.shape.type == kMapTypeHash;
    const uint32_t credits = is_hash ? read_native(descriptor_word(id, desc::credits)) : 0;
    entries = gone.shape.max_entries - std::min(gone.shape.max_entries, credits);
    memory_.clear(gone.base, gone.geometry->bytes);
    memory_.clear(descriptor_address(id), kMapDescriptorBytes);
    heap_.give_back(gone.base);
  }
  tables_[id - 1] = {};
  return entries;
}

std::optional<uint32_t> MapTable::page(unsigned id) const {
  if (!contains(id) || shape(id).type != kMapTypeArray) return std::nullopt;
  return static_cast<uint32_t>(table(id).base >> 8);
}

bool MapTable::share(unsigned id, std::shared_ptr<uint8_t[]> memory, uint64_t bytes) {
  if (!contains(id) || !shape(id).is_mappable || bytes != table(id).geometry->bytes) return false;
  return memory_.share(table(id).base, std::move(memory), bytes);
}

bool MapTable::write_descriptor(const Table& table) {
  const MapGeometry& geometry = *table.geometry;
  const bool hash = table.shape.type == kMapTypeHash;
  std::array<uint32_t, kMapDescriptorBytes / 4> words{};
  words[desc::type] = table.shape.type;
  words[desc::base] = static_cast<uint32_t>(table.base >> 8);
  words[desc::index_mask] = hash ? (geometry.buckets - 1) * 4 : table.shape.max_entries;
  words[desc::key_mask] = geometry.key_mask;
  words[desc::hash_skip] = (layout::max_key_words - geometry.key_words) * layout::hash_step_words;
  words[desc::compare_skip] =
      (layout::max_key_words - geometry.key_words) * layout::compare_step_words;
  words[desc::entry_ref] = length_ref(layout::entry_header_words + geometry.key_words);
  words[desc::value_offset] = geometry.value_offset;
  words[desc::value_ref] = length_ref(std::min(geometry.value_words, layout::max_value_words));
  if (hash) {
    words[desc::entries] = static_cast<uint32_t>(geometry.entries);
    words[desc::ring] = static_cast<uint32_t>(geometry.ring);
    words[desc::ring_mask] = (geometry.ring_slots - 1) * layout::ring_slot_bytes;
    words[desc::credits] = base::byte_swap(table.shape.max_entries);
    words[desc::fresh] = base::byte_swap(geometry.total_entries);
  }
  std::array<uint8_t, kMapDescriptorBytes> bytes;
  for (size_t i = 0; i < words.size(); ++i) base::store_le(&bytes[4 * i], words[i]);
  return memory_.write(descriptor_address(table.id), bytes);
}

// A program of raw words may have written over the chains: a walk ends after as many entries as
// there are.
MapTable::Place MapTable::find(const Table& table, const Key& key) const {
  const MapGeometry& geometry = *table.geometry;
  Place place;
  place.bucket = table.base + (map_hash(key.used()) & ((geometry.buckets - 1) * 4));
  uint32_t entry = read_native(place.bucket) & ~layout::bucket_lock;
  for (uint32_t steps = 0; entry != 0 && steps < geometry.total_entries; ++steps) {
    const uint64_t words = table.base + entry + layout::entry_key;
    uint32_t same = 0;
    while (same < key.count && memory_.read32(words + 4 * same) == key.words[same]) ++same;
    if (same == key.count) {
      place.entry = entry;
      return place;
    }
    place.previous = entry;
    entry = memory_.read32(table.base + entry + layout::entry_next);
  }
  return place;
}

std::optional<uint64_t> MapTable::element(const Table& table, std::span<const uint8_t> key) const {
  const auto index = base::load_le<uint32_t>(key.data());
  if (index >= table.shape.max_entries) return std::nullopt;
  return table.base + (uint64_t{index} << table.geometry->value_offset);
}

std::optional<std::vector<uint8_t>> MapTable::lookup(unsigned id,
                                                     std::span<const uint8_t> key) const {
  const Table& map = table(id);
  if (!map.geometry || key.size() != map.shape.key_bytes) return std::nullopt;
  std::optional<uint64_t> address;
  if (map.shape.type == kMapTypeArray) {
    address = element(map, key);
  } else if (const Place place = find(map, Key(*map.geometry, key)); place.entry != 0) {
    address = map.base + place.entry + map.geometry->value_offset;
  }
  if (!address) return std::nullopt;
  std::vector<uint8_t> value(map.shape.value_bytes);
  memory_.read(*address, value);
  return value;
}

MapStatus MapTable::update(unsigned id, std::span<const uint8_t> key,
                           std::span<const uint8_t> value, uint64_t flags) {
  const Table& map = table(id);
  if (!map.geometry || flags > kFlagExist || key.size() != map.shape.key_bytes ||
      value.size() != map.shape.value_bytes) {
    return MapStatus::kInvalid;
  }
  if (map.shape.type == kMapTypeArray) {
    const std::optional<uint64_t> address = element(map, key);
    if (!address) return MapStatus::kFull;
    if (flags == kFlagNoExist) return MapStatus::kExists;
    return write_value(map, *address, value) ? MapStatus::kOk : MapStatus::kNoMemory;
  }
  const Key words(*map.geometry, key);
  const Place place = find(map, words);
  if (place.entry == 0) {
    return flags == kFlagExist ? MapStatus::kNoEntry : insert(map, words, place, value);
  }
  if (flags == kFlagNoExist) return MapStatus::kExists;
  const uint64_t address = map.base + place.entry + map.geometry->value_offset;
  return write_value(map, address, value) ? MapStatus::kOk : MapStatus::kNoMemory;
}

// Whole words, as the microcode writes them.
bool MapTable::write_value(const Table& table, uint64_t address, std::span<const uint8_t> value) {
  std::vector<uint8_t> padded(value.begin(), value.end());
  padded.resize(size_t{table.geometry->value_words} * 4);
  return memory_.write(address, padded);
}

// Offset of an entry to use, 0: none.
uint32_t MapTable::take_entry(const Table& table) {
  const MapGeometry& geometry = *table.geometry;
  const uint64_t fresh = descriptor_word(table.id, desc::fresh);
  if (const uint32_t left = read_native(fresh); left != 0) {
    if (!write_native(fresh, left - 1)) return 0;
    return static_cast<uint32_t>(geometry.entries) + (left - 1) * layout::entry_bytes;
  }
  const uint64_t pop = descriptor_word(table.id, desc::pop);
  const uint32_t position = read_native(pop) & ~kRingLock;
  const uint64_t slot = table.base + geometry.ring +
                        uint64_t{position & (geometry.ring_slots - 1)} * layout::ring_slot_bytes;
  const uint32_t entry = memory_.read32(slot);
  if (entry == 0 || !memory_.write32(slot, 0) || !memory_.write32(slot + 4, 0)) return 0;
  return write_native(pop, (position + 1) & ~kRingLock) ? entry : 0;
}

MapStatus MapTable::insert(const Table& table, const Key& key, const Place& place,
                           std::span<const uint8_t> value) {
  const uint64_t credits = descriptor_word(table.id, desc::credits);
  const uint32_t left = read_native(credits);
  if (left == 0) return MapStatus::kFull;
  const uint32_t entry = take_entry(table);
  if (entry == 0) return MapStatus::kNoMemory;
  const uint64_t address = table.base + entry;
  bool written = memory_.write32(address + layout::entry_next,
                                 read_native(place.bucket) & ~layout::bucket_lock);
  for (uint32_t i = 0; i < key.count; ++i) {
    written = written && memory_.write32(address + layout::entry_key + 4 * i, key.words[i]);
  }
  written = written && write_value(table, address + table.geometry->value_offset, value) &&
            write_native(place.bucket, entry) && write_native(credits, left - 1);
  return written ? MapStatus::kOk : MapStatus::kNoMemory;
}

MapStatus MapTable::remove(unsigned id, std::span<const uint8_t> key) {
  const Table& map = table(id);
  if (map.shape.type != kMapTypeHash || key.size() != map.shape.key_bytes) {
    return MapStatus::kInvalid;
  }
  const Place place = find(map, Key(*map.geometry, key));
  if (place.entry == 0) return MapStatus::kNoEntry;
  const uint32_t next = memory_.read32(map.base + place.entry + layout::entry_next);
  bool written = place.previous == 0
                     ? write_native(place.bucket, next)
                     : memory_.write32(map.base + place.previous + layout::entry_next, next);
  const uint64_t push = descriptor_word(id, desc::push);
  const uint64_t credits = descriptor_word(id, desc::credits);
  const uint32_t position = read_native(push);
  const uint64_t slot =
      map.base + map.geometry->ring +
      uint64_t{position & (map.geometry->ring_slots - 1)} * layout::ring_slot_bytes;
  written = written && memory_.write32(slot, place.entry) &&
            memory_.write32(slot + 4, kStampLongAgo) && write_native(push, position + 1) &&
            write_native(credits, read_native(credits) + 1);
  return written ? MapStatus::kOk : MapStatus::kNoMemory;
}

void MapTable::for_each(unsigned id,
                        const std::function<void(std::span<const uint8_t> key,
                                                 std::span<const uint8_t> value)>& visit) const {
  const Table& map = table(id);
  if (!map.geometry) return;
  const MapGeometry& geometry = *map.geometry;
  std::vector<uint8_t> key(map.shape.key_bytes), value(map.shape.value_bytes);
  if (map.shape.type == kMapTypeArray) {
    for (uint32_t i = 0; i < map.shape.max_entries; ++i) {
      base::store_le(key.data(), i);
      memory_.read(map.base + (uint64_t{i} << geometry.value_offset), value);
      visit(key, value);
    }
    return;
  }
  uint32_t seen = 0;
  for (uint32_t bucket = 0; bucket < geometry.buckets; ++bucket) {
    uint32_t entry = read_native(map.base + uint64_t{bucket} * 4) & ~layout::bucket_lock;
    for (; entry != 0 && seen < geometry.total_entries; ++seen) {
      memory_.read(map.base + entry + layout::entry_key, key);
      memory_.read(map.base + entry + geometry.value_offset, value);
      visit(key, value);
      entry = memory_.read32(map.base + entry + layout::entry_next);
    }
  }
}

}  // namespace firmware
