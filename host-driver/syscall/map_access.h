// Entries of a map wherever they lie: on a device, or in the host's hash, array or perf event array.
// SPDX-License-Identifier: Apache-2.0
//
// Keys and values have the map's sizes. 0 or -errno.
#pragma once

#include <cstdint>
#include <span>

#include "host-driver/syscall/call.h"

namespace host {

int lookup_entry(bpf_map* map, std::span<const uint8_t> key, std::span<uint8_t> value);
// flags: BPF_ANY, BPF_NOEXIST, BPF_EXIST, with BPF_F_LOCK. A perf event array takes a descriptor of the caller.
int update_entry(const Call& call, bpf_map* map, std::span<const uint8_t> key,
                 std::span<const uint8_t> value, uint64_t flags);
int delete_entry(bpf_map* map, std::span<const uint8_t> key);
// An empty key: the first.
int next_entry(bpf_map* map, std::span<const uint8_t> key, std::span<uint8_t> next);

// The map as programs and the interpreter see it.
ebpf::MapDef definition_of(const bpf_map& map);

// The rights that a file has now: a frozen map is written no more.
bool may_read(const ObjectFile& file);
bool may_write(const ObjectFile& file);

}  // namespace host
