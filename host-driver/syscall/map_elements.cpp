// The commands on one entry of a map, and FREEZE.
// SPDX-License-Identifier: Apache-2.0
#include "base/shared_memory.h"
#include "host-driver/syscall/map_access.h"
#include "host-driver/syscall/writable_mappings.h"

namespace host {

namespace {

// What every command on entries begins with.
struct Entries {
  MapRef map;
  ObjectFile file;

  int open(const Call& call, uint32_t fd) {
    if (const int error = call.get_file(fd, &file); error != 0) return error;
    const auto* found = std::get_if<MapRef>(&file.object);
    if (found == nullptr) return -EINVAL;
    map = *found;
    return 0;
  }
};

bool lacks_lock(const bpf_map& map, uint64_t flags) {
  return (flags & BPF_F_LOCK) != 0 && map.lock_off < 0;
}

int read_key(const Call& call, const bpf_map& map, std::vector<uint8_t>* key) {
  auto bytes = call.read(call.attr.key, map.key_size);
  if (!bytes) return -EFAULT;
  *key = std::move(*bytes);
  return 0;
}

}  // namespace

long map_lookup(Call& call) {
  if ((call.attr.flags & ~uint64_t{BPF_F_LOCK}) != 0) return -EINVAL;
  Entries at;
  if (const int error = at.open(call, call.attr.map_fd); error != 0) return error;
  if (!may_read(at.file)) return -EPERM;
  if (lacks_lock(*at.map, call.attr.flags)) return -EINVAL;
  std::vector<uint8_t> key;
  if (const int error = read_key(call, *at.map, &key); error != 0) return error;
  std::vector<uint8_t> value(at.map->value_size);
  if (const int error = lookup_entry(at.map.get(), key, value); error != 0) return error;
  return call.write(call.attr.value, value) ? 0 : -EFAULT;
}

long map_update(Call& call) {
  Entries at;
  if (const int error = at.open(call, call.attr.map_fd); error != 0) return error;
  if (!may_write(at.file)) return -EPERM;
  if (lacks_lock(*at.map, call.attr.flags)) return -EINVAL;
  std::vector<uint8_t> key;
  if (const int error = read_key(call, *at.map, &key); error != 0) return error;
  const auto value = call.read(call.attr.value, at.map->value_size);
  if (!value) return -EFAULT;
  return update_entry(call, at.map.get(), key, *value, call.attr.flags);
}

long map_delete(Call& call) {
  Entries at;
  if (const int error = at.open(call, call.attr.map_fd); error != 0) return error;
  if (!may_write(at.file)) return -EPERM;
  std::vector<uint8_t> key;
  if (const int error = read_key(call, *at.map, &key); error != 0) return error;
  return delete_entry(at.map.get(), key);
}

long map_next_key(Call& call) {
  Entries at;
  if (const int error = at.open(call, call.attr.map_fd); error != 0) return error;
  if (!may_read(at.file)) return -EPERM;
  std::vector<uint8_t> key, next(at.map->key_size);
  if (call.attr.key != 0) {
    if (const int error = read_key(call, *at.map, &key); error != 0) return error;
  }
  if (const int error = next_entry(at.map.get(), key, next); error != 0) return error;
  return call.write(call.attr.next_key, next) ? 0 : -EFAULT;
}

// Linux takes entries of host hashes and queues only; on a device it is an extension.
long map_take(Call& call) {
  if ((call.attr.flags & ~uint64_t{BPF_F_LOCK}) != 0) return -EINVAL;
  Entries at;
  if (const int error = at.open(call, call.attr.map_fd); error != 0) return error;
  if (!may_read(at.file) || !may_write(at.file)) return -EPERM;
  if (lacks_lock(*at.map, call.attr.flags)) return -EINVAL;
  std::vector<uint8_t> key;
  if (const int error = read_key(call, *at.map, &key); error != 0) return error;
  const bool is_refused = call.is_strict() && bpf_map_is_dev_bound(at.map.get());
  if (at.map->map_type != BPF_MAP_TYPE_HASH || is_refused) return -kNotSupported;
  std::vector<uint8_t> value(at.map->value_size);
  if (const int error = lookup_entry(at.map.get(), key, value); error != 0) return error;
  if (const int error = delete_entry(at.map.get(), key); error != 0) return error;
  return call.write(call.attr.value, value) ? 0 : -EFAULT;
}

// Who may write may also end all writing.
long map_freeze(Call& call) {
  Entries at;
  if (const int error = at.open(call, call.attr.map_fd); error != 0) return error;
  const std::lock_guard guard(at.map->lock);
  if (!may_write(at.file)) return -EPERM;
  if (at.map->memory && is_mapped_for_writing_elsewhere(at.map->memory->file())) return -EBUSY;
  at.map->frozen = true;
  return 0;
}

}  // namespace host
