// BPF_MAP_GET_NEXT_KEY and BPF_MAP_LOOKUP_ELEM in turn.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/map_walk.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace host {
namespace {

uint64_t address_of(const std::vector<uint8_t>& bytes) {
  return reinterpret_cast<uint64_t>(bytes.data());
}

}  // namespace

base::Result<std::vector<MapEntry>> read_entries(const BpfCall& bpf, int fd, uint32_t key_bytes,
                                                 uint32_t value_bytes) {
  std::vector<MapEntry> out;
  std::vector<uint8_t> previous, key(key_bytes), value(value_bytes);
  for (;;) {
    bpf_attr attr = {};
    attr.map_fd = static_cast<uint32_t>(fd);
    attr.key = previous.empty() ? 0 : address_of(previous);
    attr.next_key = address_of(key);
    const int64_t failed = bpf(BPF_MAP_GET_NEXT_KEY, attr);
    if (failed == -ENOENT) return out;
    if (failed < 0) {
      return base::io_error(
          fmt::format("cannot walk the map: {}", std::strerror(static_cast<int>(-failed))));
    }
    attr.key = address_of(key);
    attr.value = address_of(value);
    attr.flags = 0;
    if (bpf(BPF_MAP_LOOKUP_ELEM, attr) >= 0) out.push_back({key, value});
    previous = key;
  }
}

}  // namespace host
