// BPF_MAP_CREATE: the kernel's checks by map type, then entries of the host or of a device.
// SPDX-License-Identifier: Apache-2.0
#include <climits>

#include "base/bits.h"
#include "base/shared_memory.h"
#include "host-driver/offload_core.h"
#include "host-driver/syscall/map_access.h"
#include "host-driver/syscall/map_mapping.h"
#include "host-driver/syscall/map_types.h"

namespace host {

namespace {

constexpr uint32_t kAccessFlags =
    BPF_F_RDONLY | BPF_F_WRONLY | BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG;
constexpr uint32_t kProgAccess = BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG;
constexpr uint32_t kArrayFlags =
    BPF_F_NUMA_NODE | BPF_F_MMAPABLE | kAccessFlags | BPF_F_PRESERVE_ELEMS | BPF_F_INNER_MAP;
constexpr uint32_t kHashFlags =
    BPF_F_NO_PREALLOC | BPF_F_NUMA_NODE | kAccessFlags | BPF_F_ZERO_SEED;
constexpr uint64_t kMaxEntryBytes = uint64_t{1} << 22;  // KMALLOC_MAX_SIZE

int check_array(const bpf_attr& attr) {
  const bool is_array = attr.map_type == BPF_MAP_TYPE_ARRAY;
  if (attr.max_entries == 0 || attr.key_size != 4 || attr.value_size == 0) return -EINVAL;
  if ((attr.map_flags & ~kArrayFlags) != 0 || (attr.map_flags & kProgAccess) == kProgAccess)
    return -EINVAL;
  const uint32_t foreign = is_array ? static_cast<uint32_t>(BPF_F_PRESERVE_ELEMS)
                                    : static_cast<uint32_t>(BPF_F_MMAPABLE | BPF_F_INNER_MAP);
  if ((attr.map_flags & foreign) != 0) return -EINVAL;
  return attr.value_size > INT_MAX ? -E2BIG : 0;
}

int check_perf_event_array(const bpf_attr& attr) {
  if (attr.value_size != 4 || (attr.map_flags & kProgAccess) != 0) return -EINVAL;
  return check_array(attr);
}

int check_hash(const bpf_attr& attr) {
  if ((attr.map_flags & ~kHashFlags) != 0 || (attr.map_flags & kProgAccess) == kProgAccess)
    return -EINVAL;
  if (attr.max_entries == 0 || attr.key_size == 0 || attr.value_size == 0) return -EINVAL;
  return uint64_t{attr.key_size} + attr.value_size >= kMaxEntryBytes ? -E2BIG : 0;
}

int check_type(const bpf_attr& attr) {
  switch (attr.map_type) {
    case BPF_MAP_TYPE_HASH:
      return check_hash(attr);
    case BPF_MAP_TYPE_ARRAY:
      return check_array(attr);
    default:
      return check_perf_event_array(attr);
  }
}

int check_attr(const Call& call) {
  const bpf_attr& attr = call.attr;
  if (attr.btf_vmlinux_value_type_id != 0) return -EINVAL;
  if (attr.btf_key_type_id != 0 && attr.btf_value_type_id == 0) return -EINVAL;
  if (attr.map_type != BPF_MAP_TYPE_BLOOM_FILTER && attr.map_extra != 0) return -EINVAL;
  ObjectFile rights;
  if (const int error = read_file_rights(attr.map_flags, &rights); error != 0) return error;
  const MapTypeSpec* type = find_map_type(attr.map_type);
  if (type == nullptr) return -EINVAL;
  if (type->place == MapPlace::kNowhere) {
    call.explain(type->reason);
    return -type->error;
  }
  return check_type(attr);
}

int make_memory(const Call& call, bpf_map* map) {
  if ((map->map_flags & BPF_F_MMAPABLE) == 0) return 0;
  const uint64_t bytes = mappable_bytes(*map);
  if (bytes > call.bpf.options().max_map_bytes) return -ENOMEM;
  map->memory = base::SharedMemory::create("bpf-map", base::round_up(bytes, bpf_map::kMemoryUnit));
  return map->memory ? 0 : -ENOMEM;
}

std::shared_ptr<uint8_t[]> memory_of(const bpf_map& map) {
  if (!map.memory) return nullptr;
  return {map.memory, map.memory->bytes().data()};
}

int make_on_host(const Call& call, bpf_map* map) {
  if (map->map_type == BPF_MAP_TYPE_PERF_EVENT_ARRAY) return 0;
  const uint64_t entry = base::round_up(uint64_t{map->value_size} + map->key_size, 8);
  if (entry * map->max_entries > call.bpf.options().max_map_bytes) return -ENOMEM;
  base::Result<std::unique_ptr<ebpf::Map>> made =
      ebpf::Map::create(definition_of(*map), memory_of(*map));
  if (!made) {
    call.explain(made.error().message);
    return -E2BIG;
  }
  map->host = std::move(*made);
  return 0;
}

int make_on_device(const Call& call, bpf_map* map) {
  if (find_map_type(map->map_type)->place != MapPlace::kDevice) return -EINVAL;
  const uint32_t dev_flags =
      call.is_strict() ? map->map_flags : map->map_flags & ~ebpf::kFlagsOfHost;
  const int error = bpf_map_offload_map_alloc(map, call.network_namespace(),
                                              static_cast<int>(call.attr.map_ifindex), dev_flags);
  if (error == 0 && !map->offmap->is_shared) map->memory.reset();
  return error;
}

// A map of the values of global variables has no key type, and its value is a section.
int check_btf(const bpf_map& map, const ebpf::BtfTypes& types) {
  if (map.btf_key_type_id != 0) {
    if (types.size_of(map.btf_key_type_id) != map.key_size) return -EINVAL;
  } else if (map.map_type != BPF_MAP_TYPE_ARRAY || map.max_entries != 1) {
    return -EINVAL;
  }
  return types.size_of(map.btf_value_type_id) == map.value_size ? 0 : -EINVAL;
}

int add_btf(const Call& call, bpf_map* map) {
  const bpf_attr& attr = call.attr;
  if (attr.btf_key_type_id == 0 && attr.btf_value_type_id == 0) return 0;
  if (const int error = call.get(attr.btf_fd, &map->btf); error != 0) return error;
  map->btf_key_type_id = attr.btf_key_type_id;
  map->btf_value_type_id = attr.btf_value_type_id;
  const bool takes_none = map->map_type == BPF_MAP_TYPE_PERF_EVENT_ARRAY ||
                          (call.is_strict() && bpf_map_is_dev_bound(map));
  if (const int error = check_btf(*map, *map->btf->types); error != 0) return error;
  if (takes_none) return -kNotSupported;
  map->lock_off = map->btf->types->lock_offset(map->btf_value_type_id);
  return 0;
}

}  // namespace

long map_create(Call& call) {
  const bpf_attr& attr = call.attr;
  if (const int error = check_attr(call); error != 0) return error;
  MapRef map = call.bpf.objects().new_map();
  map->map_type = attr.map_type;
  map->key_size = attr.key_size;
  map->value_size = attr.value_size;
  map->max_entries = attr.max_entries;
  map->map_flags = attr.map_flags;
  if (const int error = make_memory(call, map.get()); error != 0) return error;
  const int made =
      attr.map_ifindex != 0 ? make_on_device(call, map.get()) : make_on_host(call, map.get());
  if (made != 0) return made;
  if (const int error = read_object_name(attr.map_name, &map->name); error != 0) return error;
  if (const int error = add_btf(call, map.get()); error != 0) return error;
  ObjectFile file{map};
  read_file_rights(attr.map_flags, &file);
  call.bpf.objects().publish(map);
  return call.caller.give_fd(file);
}

}  // namespace host
