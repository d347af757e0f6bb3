// Operations on an array of one element, in memory.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/drivers/nfp/large_value.h"

#include <linux/bpf.h>

#include <algorithm>
#include <cerrno>

#include "base/bits.h"
#include "fpc/firmware/map_layout.h"

namespace host::nfp {
namespace {

bool is_there(std::span<const uint8_t> key) { return base::load_le<uint32_t>(key.data()) == 0; }

}  // namespace

bool is_large_value(const MapShape& shape) {
  return shape.is_mappable && shape.type == BPF_MAP_TYPE_ARRAY && shape.max_entries == 1 &&
         shape.value_bytes > firmware::layout::max_value_bytes &&
         shape.value_bytes <= firmware::layout::max_direct_bytes;
}

int read_large_value(const Map& map, std::span<const uint8_t> key, std::span<uint8_t> value) {
  if (!is_there(key)) return -ENOENT;
  std::copy_n(map.memory.get(), value.size(), value.begin());
  return 0;
}

int write_large_value(const Map& map, std::span<const uint8_t> key, std::span<const uint8_t> value,
                      uint64_t flags) {
  if (flags > BPF_EXIST) return -EINVAL;
  if (!is_there(key)) return -E2BIG;
  if (flags == BPF_NOEXIST) return -EEXIST;
  std::ranges::copy(value, map.memory.get());
  return 0;
}

int next_large_key(std::span<const uint8_t> key, std::span<uint8_t> next) {
  if (!key.empty() && is_there(key)) return -ENOENT;
  std::ranges::fill(next, uint8_t{0});
  return 0;
}

}  // namespace host::nfp
