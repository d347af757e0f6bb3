// BPF_MAP_GET_NEXT_KEY and BPF_MAP_LOOKUP_ELEM in turn.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/map_walk.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "host-driver/bpf_attr.h"

namespace host {
base::Result<std::vector<MapEntry>> read_entries(const BpfCall& bpf, int fd, uint32_t key_bytes,
                                                 uint32_t value_bytes) {
  std::vector<MapEntry> out;
  std::vector<uint8_t> previous, key(key_bytes), value(value_bytes);
  for (;;) {
    bpf_attr next = element_attr(fd, previous.empty() ? nullptr : previous.data(), key.data());
    const int64_t failed = bpf(BPF_MAP_GET_NEXT_KEY, next);
    if (failed == -ENOENT) return out;
    if (failed < 0) {
      return base::io_error(
          fmt::format("cannot walk the map: {}", std::strerror(static_cast<int>(-failed))));
    }
    bpf_attr found = element_attr(fd, key.data(), value.data());
    if (bpf(BPF_MAP_LOOKUP_ELEM, found) >= 0) out.push_back({key, value});
    previous = key;
  }
}

}  // namespace host
