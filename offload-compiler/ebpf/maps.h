// Maps of the reference interpreter: the semantics of the kernel's HASH and ARRAY maps in host memory.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "offload-compiler/ebpf/program.h"

namespace ebpf {

class Map {
 public:
  // Error: a type other than HASH and ARRAY, sizes the kernel refuses.
  static base::Result<std::unique_ptr<Map>> create(const MapDef& def);
  ~Map();

  const MapDef& def() const;
  uint8_t* lookup(std::span<const uint8_t> key);  // the value's bytes, stable until the entry is removed; nullptr: absent
  int update(std::span<const uint8_t> key, std::span<const uint8_t> value, uint64_t flags);  // 0 or -errno, as bpf(2)
  int remove(std::span<const uint8_t> key);
  void for_each(const std::function<void(std::span<const uint8_t>, std::span<const uint8_t>)>& visit) const;  // by key bytes
  void clear();  // hash: no entries; array: zero

 private:
  struct Impl;
  explicit Map(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace ebpf
