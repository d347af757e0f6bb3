// Maps in the running kernel, for one program or for many after each other.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "offload-compiler/ebpf/program.h"

namespace test_support {

using Bytes = std::vector<uint8_t>;
struct ByteOrder {
  bool operator()(const Bytes& a, const Bytes& b) const {
    return std::ranges::lexicographical_compare(a, b);
  }
};
using Entries = std::map<Bytes, Bytes, ByteOrder>;

class KernelMaps {
 public:
  // Error: the kernel refused a map; the message says why. Initial values are written, constant ones for ever.
  static base::Result<std::shared_ptr<KernelMaps>> create(const std::vector<ebpf::MapDef>& defs);
  ~KernelMaps();
  KernelMaps(const KernelMaps&) = delete;
  KernelMaps& operator=(const KernelMaps&) = delete;

  int fd(size_t map) const { return fds_.at(map); }

  // As Map of the reference interpreter: 0 or -errno, `map` is an index into the definitions.
  int update(size_t map, std::span<const uint8_t> key, std::span<const uint8_t> value,
             uint64_t flags);
  int remove(size_t map, std::span<const uint8_t> key);
  int freeze(size_t map);
  Entries dump(size_t map) const;
  void clear();  // hash: no entries; array: zero

 private:
  KernelMaps() = default;
  std::vector<ebpf::MapDef> defs_;
  std::vector<int> fds_;
};

}  // namespace test_support
