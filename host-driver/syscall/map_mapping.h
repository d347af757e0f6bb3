// What mmap(2) on a descriptor of bpf(2) may do: the kernel's rules.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "host-driver/caller.h"

namespace host {

// One call with MAP_SHARED; the kernel's own checks of alignment come behind ours.
struct MemoryMapping {
  uint64_t bytes = 0, offset = 0;
  int protection = 0;  // PROT_*
};

// What a mapping of the array shows, before it is rounded up to pages.
uint64_t mappable_bytes(const bpf_map& map);

// 0: what is mapped is the map's memory. -errno: as the kernel.
int check_mapping(const ObjectFile& file, const MemoryMapping& mapping);

}  // namespace host
