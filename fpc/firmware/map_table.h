// Maps in card memory, from the host's side: creates descriptors and tables, reads and writes
// entries of a card at rest.
// SPDX-License-Identifier: Apache-2.0
//
// The microcode routines (map_lookup, map_update, map_delete) and this class agree on maps.def.
// Bytes of keys and values are raw, as programs see them; swapping atomic words is the caller's
// business (host-driver).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "fpc/firmware/abi.h"
#include "fpc/firmware/map_heap.h"
#include "fpc/memory.h"

namespace firmware {

constexpr uint32_t kMapTypeHash = 1;   // BPF_MAP_TYPE_HASH
constexpr uint32_t kMapTypeArray = 2;  // BPF_MAP_TYPE_ARRAY
constexpr uint32_t kMapTypePerfEventArray =
    4;  // BPF_MAP_TYPE_PERF_EVENT_ARRAY: host only, has an id

enum class MapStatus { kOk, kNoEntry, kExists, kFull, kNoMemory, kInvalid };
int to_errno(MapStatus status);  // 0 or a positive errno: ENOENT, EEXIST, E2BIG, ENOMEM, EINVAL

struct MapGeometry;  // fpc/firmware/map_geometry.h

struct MapShape {
  uint32_t type = 0, key_bytes = 0, value_bytes = 0, max_entries = 0;
  bool is_mappable = false;  // an array whose memory share() may replace: whole pages of the store
};

class MapTable {
 public:
  explicit MapTable(fpc::ByteStore& memory);
  ~MapTable();
  MapTable(MapTable&&) noexcept;

  // Table id, from 1; an id that was free for long comes first. A perf event array gets an id that events name, and no
  // entries. Error: a shape outside maps.def's limits, card memory or table ids exhausted.
  base::Result<unsigned> create(const MapShape& shape);
  // Its memory is zero and free again. Returns how many entries it had.
  uint32_t destroy(unsigned id);
  // From now on the elements of this table are `memory`, in whole pages. false: no mappable table, not its size, or
  // no room.
  [[nodiscard]] bool share(unsigned id, std::shared_ptr<uint8_t[]> memory, uint64_t bytes);
  unsigned count() const;
  bool contains(unsigned id) const {
    return id >= 1 && id <= tables_.size() && tables_[id - 1].id != 0;
  }
  const MapShape& shape(unsigned id) const { return table(id).shape; }
  // Address >> 8 of an array's first element; none: no such table, or one without elements in places of their own.
  std::optional<uint32_t> page(unsigned id) const;

  std::optional<std::vector<uint8_t>> lookup(unsigned id, std::span<const uint8_t> key) const;
  MapStatus update(unsigned id, std::span<const uint8_t> key, std::span<const uint8_t> value,
                   uint64_t flags);
  MapStatus remove(unsigned id, std::span<const uint8_t> key);
  // Entries in table order: deterministic for the same sequence of operations.
  void for_each(unsigned id,
                const std::function<void(std::span<const uint8_t> key,
                                         std::span<const uint8_t> value)>& visit) const;

 private:
  struct Table {
    MapShape shape;
    std::unique_ptr<const MapGeometry> geometry;  // none: a perf event array
    uint64_t base = 0;                            // of its memory
    unsigned id = 0;                              // 0: free
  };
  struct Key;    // words as the microcode compares them
  struct Place;  // where a key's entry is chained

  const Table& table(unsigned id) const;
  unsigned free_id() const;  // 0: none
  bool write_descriptor(const Table& table);
  Place find(const Table& table, const Key& key) const;
  std::optional<uint64_t> element(const Table& table, std::span<const uint8_t> key) const;
  uint32_t take_entry(const Table& table);
  MapStatus insert(const Table& table, const Key& key, const Place& place,
                   std::span<const uint8_t> value);
  bool write_value(const Table& table, uint64_t address, std::span<const uint8_t> value);
  uint32_t read_native(uint64_t address) const;
  [[nodiscard]] bool write_native(uint64_t address, uint32_t value);

  fpc::ByteStore& memory_;
  std::vector<Table> tables_;
  unsigned last_id_ = 0;
  MapHeap heap_;
};

}  // namespace firmware
