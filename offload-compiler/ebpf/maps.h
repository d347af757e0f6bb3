// Maps of the reference interpreter: the kernel's HASH and ARRAY maps in host memory.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "offload-compiler/ebpf/program.h"

namespace ebpf {

// Flags that say how user space and programs may reach a map, which is nothing to who keeps its entries.
constexpr uint32_t kFlagsOfHost = BPF_F_RDONLY | BPF_F_WRONLY | BPF_F_RDONLY_PROG |
                                  BPF_F_WRONLY_PROG | BPF_F_MMAPABLE | BPF_F_NUMA_NODE;

// .rodata, which loaders fill and freeze before they load programs: `initial` is what programs read.
inline bool is_constant(const MapDef& def) {
  return def.type == BPF_MAP_TYPE_ARRAY && def.max_entries == 1 && !def.initial.empty() &&
         (def.flags & BPF_F_RDONLY_PROG) != 0;
}

class Map {
 public:
  // Limits beside the kernel's own: a slot fits 26 bits, a byte of a value 28 bits, a full map 4
  // GiB.
  static constexpr uint32_t kMaxEntries = 1u << 26, kMaxValueBytes = 1u << 22;

  // Error: a type other than HASH and ARRAY, sizes the kernel refuses.
  // `memory` is for the values of an array, round_up(value_bytes, 8) bytes each; nullptr: memory of its own.
  static base::Result<std::unique_ptr<Map>> create(const MapDef& def,
                                                   std::shared_ptr<uint8_t[]> memory = nullptr);
  ~Map();

  const MapDef& def() const;
  // The value's bytes, stable until the entry is removed; nullptr: absent.
  uint8_t* lookup(std::span<const uint8_t> key);
  // Both return 0 or -errno, as bpf(2).
  int update(std::span<const uint8_t> key, std::span<const uint8_t> value, uint64_t flags);
  int remove(std::span<const uint8_t> key);
  // The key behind `key` in the order of slots, the first when there is no such entry or `key` is empty. False: there is none
  // behind it.
  bool next_key(std::span<const uint8_t> key, std::span<uint8_t> next) const;
  // Hash: ascending by the key's bytes; array: ascending by index, all entries.
  void for_each(
      const std::function<void(std::span<const uint8_t>, std::span<const uint8_t>)>& visit) const;
  void clear();  // hash: no entries; array: zero

  // Entries live in numbered slots, whose memory stays valid until clear(), even when the entry is
  // removed.
  std::optional<uint32_t> find(std::span<const uint8_t> key) const;
  // The key of the first entry in `slot` or behind it. False: there is none.
  bool key_from(uint32_t slot, std::span<uint8_t> key) const;
  uint8_t* slot_value(uint32_t slot);  // nullptr: no entry ever used this slot

 private:
  struct Impl;
  explicit Map(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace ebpf
