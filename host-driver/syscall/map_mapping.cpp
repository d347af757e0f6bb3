// The checks of mmap(2) in the kernel's order: those of the file, of the map, of its type.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/syscall/map_mapping.h"

#include <sys/mman.h>

#include <cerrno>

#include "base/bits.h"
#include "host-driver/offload_core.h"

namespace host {
namespace {

constexpr uint64_t kPageBytes = 4096;

int check_file(const ObjectFile& file, int protection) {
  const bool writes = (protection & PROT_WRITE) != 0;
  if (!file.can_read || (writes && !file.can_write)) return -EACCES;
  return (protection & PROT_EXEC) != 0 ? -EPERM : 0;
}

}  // namespace

uint64_t mappable_bytes(const bpf_map& map) {
  return base::round_up(uint64_t{map.value_size}, 8) * map.max_entries;
}

int check_mapping(const ObjectFile& file, const MemoryMapping& mapping) {
  if (const int error = check_file(file, mapping.protection); error != 0) return error;
  const auto* object = std::get_if<MapRef>(&file.object);
  if (object == nullptr) return -ENODEV;
  const bpf_map& map = **object;
  const bool is_mappable = (map.map_flags & BPF_F_MMAPABLE) != 0;
  if (map.map_type != BPF_MAP_TYPE_ARRAY || map.lock_off >= 0 || (is_mappable && !map.memory))
    return -kNotSupported;
  if (!file.can_write) return -EINVAL;  // a mapping that can never be written is a private one
  if ((mapping.protection & PROT_WRITE) != 0) {
    if (map.frozen) return -EPERM;
    if ((map.map_flags & BPF_F_RDONLY_PROG) != 0) return -EACCES;
  }
  if (!is_mappable) return -EINVAL;
  const uint64_t end = base::round_up(mappable_bytes(map), kPageBytes);
  if (mapping.bytes > end || mapping.offset > end) return -EINVAL;
  return base::round_up(mapping.bytes, kPageBytes) + mapping.offset <= end ? 0 : -EINVAL;
}

}  // namespace host
