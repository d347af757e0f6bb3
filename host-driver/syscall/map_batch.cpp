// The commands on many entries: batches of a hash or an array, on the host and, in relaxed mode, on a device.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "host-driver/offload_core.h"
#include "host-driver/syscall/map_access.h"
#include "host-driver/syscall/map_walk.h"

namespace host {

namespace {

constexpr uint32_t kChunk = 4096;  // entries that are held at a time

struct Rights {
  bool reads, writes, removes;
};

int open(const Call& call, Rights rights, MapRef* map) {
  ObjectFile file;
  if (const int error = call.get_file(call.attr.batch.map_fd, &file); error != 0) return error;
  const auto* found = std::get_if<MapRef>(&file.object);
  if (found == nullptr) return -EINVAL;
  if ((rights.reads && !may_read(file)) || (rights.writes && !may_write(file))) return -EPERM;
  *map = *found;
  const uint32_t type = (*map)->map_type;
  const bool can_do = type == BPF_MAP_TYPE_HASH || (type == BPF_MAP_TYPE_ARRAY && !rights.removes);
  if (!can_do || (call.is_strict() && bpf_map_is_dev_bound(map->get()))) return -kNotSupported;
  const uint64_t flags = call.attr.batch.elem_flags;
  if ((flags & ~uint64_t{BPF_F_LOCK}) != 0) return -EINVAL;
  return (flags & BPF_F_LOCK) != 0 && (*map)->lock_off < 0 ? -EINVAL : 0;
}

// The number of entries that are done is told however the batch ends.
long tell_count(Call& call, uint32_t done, int error) {
  call.attr.batch.count = done;
  return call.answer(call.attr.batch.count) ? error : -EFAULT;
}

struct Places {
  uint64_t keys, values;

  Places(const Call& call, const bpf_map& map, uint32_t done)
      : keys(call.attr.batch.keys + uint64_t{done} * map.key_size),
        values(call.attr.batch.values + uint64_t{done} * map.value_size) {}
};

// Entries that went away since their key was read are passed over.
int read_next(Call& call, bpf_map* map, MapWalk* walk, bool takes, uint32_t* done) {
  std::vector<uint8_t> key, value(map->value_size);
  if (const int error = walk->next(&key); error != 0) return error;
  const int found = lookup_entry(map, key, value);
  if (found == -ENOENT) return 0;
  if (found != 0) return found;
  const Places to(call, *map, *done);
  if (!call.write(to.keys, key) || !call.write(to.values, value)) return -EFAULT;
  if (takes) {
    if (const int error = delete_entry(map, key); error != 0) return error;
  }
  ++*done;
  return 0;
}

// Entries of a device in as few calls of its driver as it takes. kNotSupported: it has no such calls.
int read_from_device(Call& call, bpf_map* map, MapWalk* walk, uint32_t wanted, uint32_t* done) {
  int error = 0;
  while (*done < wanted && error == 0) {
    std::vector<uint8_t> keys, values;
    const uint32_t most = std::min(wanted - *done, kChunk);
    uint32_t found = 0;
    error = walk->take(most, [&](std::span<const uint8_t> key, std::span<const uint8_t> value) {
      keys.insert(keys.end(), key.begin(), key.end());
      values.insert(values.end(), value.begin(), value.end());
      ++found;
    });
    const Places to(call, *map, *done);
    if (!call.write(to.keys, keys) || !call.write(to.values, values)) return -EFAULT;
    *done += found;
  }
  return error;
}

long read_batch(Call& call, bool takes) {
  MapRef map;
  if (const int error = open(call, {true, takes, takes}, &map); error != 0) return error;
  if (map->map_type == BPF_MAP_TYPE_HASH && call.attr.batch.flags != 0) return -EINVAL;
  const uint32_t wanted = call.attr.batch.count;
  if (wanted == 0) return 0;
  if (const long failed = tell_count(call, 0, 0); failed != 0) return failed;
  MapWalk walk(map.get());
  if (call.attr.batch.in_batch != 0) {
    uint32_t place = 0;
    if (!call.read_object(call.attr.batch.in_batch, &place)) return -EFAULT;
    if (const int error = walk.restore(place); error != 0) return error;
  }
  uint32_t done = 0;
  int error = takes ? -kNotSupported : read_from_device(call, map.get(), &walk, wanted, &done);
  if (error == -kNotSupported) {
    error = 0;
    while (done < wanted && error == 0) error = read_next(call, map.get(), &walk, takes, &done);
  }
  if (error == 0 && walk.is_at_end()) error = -ENOENT;
  if (error != 0 && error != -ENOENT) return error;
  const bool has_place = done != 0 || map->map_type == BPF_MAP_TYPE_HASH;
  if (has_place && !call.write_object(call.attr.batch.out_batch, walk.save())) return -EFAULT;
  return tell_count(call, done, error);
}

int write_next(const Call& call, bpf_map* map, uint32_t done) {
  const Places from(call, *map, done);
  const auto key = call.read(from.keys, map->key_size);
  const auto value = call.read(from.values, map->value_size);
  if (!key || !value) return -EFAULT;
  return update_entry(call, map, *key, *value, call.attr.batch.elem_flags);
}

int delete_next(const Call& call, bpf_map* map, uint32_t done) {
  const auto key = call.read(Places(call, *map, done).keys, map->key_size);
  return key ? delete_entry(map, *key) : -EFAULT;
}

// As read_from_device().
int change_device(const Call& call, bpf_map* map, bool removes, uint32_t wanted, uint32_t* done) {
  if (!bpf_map_is_dev_bound(map)) return -kNotSupported;
  const size_t value_size = removes ? 0 : map->value_size;
  while (*done < wanted) {
    const Places from(call, *map, *done);
    const uint32_t most = std::min(wanted - *done, kChunk);
    const auto keys = call.read(from.keys, size_t{most} * map->key_size);
    const auto values = call.read(from.values, most * value_size);
    if (!keys || !values) return -EFAULT;
    std::vector<EntryView> entries;
    for (size_t i = 0; i < most; ++i)
      entries.push_back({std::span(*keys).subspan(i * map->key_size, map->key_size),
                         std::span(*values).subspan(i * value_size, value_size)});
    size_t changed = 0;
    const int error =
        removes ? bpf_map_offload_delete_batch(map, entries, &changed)
                : bpf_map_offload_update_batch(map, entries, call.attr.batch.elem_flags, &changed);
    *done += static_cast<uint32_t>(changed);
    if (error != 0) return error;
  }
  return 0;
}

long write_batch(Call& call, bool removes) {
  MapRef map;
  if (const int error = open(call, {false, true, removes}, &map); error != 0) return error;
  const uint32_t wanted = call.attr.batch.count;
  if (wanted == 0) return 0;
  uint32_t done = 0;
  int error = change_device(call, map.get(), removes, wanted, &done);
  if (error != -kNotSupported) return tell_count(call, done, error);
  error = 0;
  const auto step = removes ? delete_next : write_next;
  for (; done < wanted && error == 0; ++done) error = step(call, map.get(), done);
  return tell_count(call, error == 0 ? done : done - 1, error);
}

}  // namespace

long map_lookup_batch(Call& call) { return read_batch(call, false); }
long map_take_batch(Call& call) { return read_batch(call, true); }
long map_update_batch(Call& call) { return write_batch(call, false); }
long map_delete_batch(Call& call) { return write_batch(call, true); }

}  // namespace host
