// Map creation and access by bpf(2).
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/kernel_maps.h"

#include <fmt/format.h>
#include <unistd.h>

#include "offload-compiler/ebpf/maps.h"
#include "tests/support/kernel_bpf.h"

namespace test_support {
namespace {

// An event array without a size has an entry per CPU: loaders say so to the kernel.
uint32_t entries_of(const ebpf::MapDef& def) {
  const bool counts_cpus = def.type == BPF_MAP_TYPE_PERF_EVENT_ARRAY && def.max_entries == 0;
  return counts_cpus ? static_cast<uint32_t>(sysconf(_SC_NPROCESSORS_CONF)) : def.max_entries;
}

int create_map(const ebpf::MapDef& def) {
  bpf_attr attr = empty_attr();
  attr.map_type = def.type;
  attr.key_size = def.key_bytes;
  attr.value_size = def.value_bytes;
  attr.max_entries = entries_of(def);
  attr.map_flags = def.flags;
  return bpf(BPF_MAP_CREATE, &attr);
}

bpf_attr element(int fd, const uint8_t* key, const uint8_t* value) {
  bpf_attr attr = empty_attr();
  attr.map_fd = static_cast<uint32_t>(fd);
  attr.key = key == nullptr ? 0 : address_of(key);
  attr.value = value == nullptr ? 0 : address_of(value);
  return attr;
}

}  // namespace

base::Result<std::shared_ptr<KernelMaps>> KernelMaps::create(
    const std::vector<ebpf::MapDef>& defs) {
  std::shared_ptr<KernelMaps> maps(new KernelMaps);
  for (const ebpf::MapDef& def : defs) {
    const int fd = create_map(def);
    if (fd < 0) {
      return base::invalid_input(
          fmt::format("kernel refuses map {}: {}", def.name, std::strerror(-fd)));
    }
    maps->fds_.push_back(fd);
    maps->defs_.push_back(def);
    const uint8_t zero[4] = {};
    if (!def.initial.empty()) maps->update(maps->fds_.size() - 1, zero, def.initial, BPF_ANY);
    if (ebpf::is_constant(def)) maps->freeze(maps->fds_.size() - 1);
  }
  return maps;
}

KernelMaps::~KernelMaps() {
  for (const int fd : fds_) close(fd);
}

int KernelMaps::update(size_t map, std::span<const uint8_t> key, std::span<const uint8_t> value,
                       uint64_t flags) {
  bpf_attr attr = element(fd(map), key.data(), value.data());
  attr.flags = flags;
  return bpf(BPF_MAP_UPDATE_ELEM, &attr);
}

int KernelMaps::remove(size_t map, std::span<const uint8_t> key) {
  bpf_attr attr = element(fd(map), key.data(), nullptr);
  return bpf(BPF_MAP_DELETE_ELEM, &attr);
}

int KernelMaps::freeze(size_t map) {
  bpf_attr attr = empty_attr();
  attr.map_fd = static_cast<uint32_t>(fd(map));
  return bpf(BPF_MAP_FREEZE, &attr);
}

Entries KernelMaps::dump(size_t map) const {
  const ebpf::MapDef& def = defs_.at(map);
  Entries entries;
  Bytes key(def.key_bytes), value(def.value_bytes);
  for (const uint8_t* previous = nullptr;;) {
    Bytes next(def.key_bytes);
    bpf_attr step = element(fd(map), previous, nullptr);
    step.next_key = address_of(next.data());
    if (bpf(BPF_MAP_GET_NEXT_KEY, &step) < 0) return entries;
    key = std::move(next);
    previous = key.data();
    bpf_attr lookup = element(fd(map), key.data(), value.data());
    if (bpf(BPF_MAP_LOOKUP_ELEM, &lookup) == 0) entries.emplace(key, value);
  }
}

void KernelMaps::clear() {
  for (size_t map = 0; map < defs_.size(); ++map) {
    const bool is_array = defs_[map].type == BPF_MAP_TYPE_ARRAY;
    const Bytes zero(defs_[map].value_bytes);
    for (const auto& [key, value] : dump(map)) {
      if (!is_array) remove(map, key);
      if (is_array && value != zero) update(map, key, zero, BPF_ANY);
    }
  }
}

}  // namespace test_support
