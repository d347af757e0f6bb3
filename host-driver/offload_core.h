// The core of BPF offload: binds programs and maps to devices, calls their driver, makes orphans when a device goes away.
// SPDX-License-Identifier: Apache-2.0
//
// The side of bpf(2) and of the network; drivers see netdev_offload.h. Each function takes the locks that it needs.
#pragma once

#include <cstdint>
#include <span>

#include "host-driver/caller.h"
#include "host-driver/netdev_offload.h"

namespace host {

// ---- programs, in the order of a load. RTNL and the devices lock are free.

// Binds the program to the device. EINVAL: no such device, or not registered; EOPNOTSUPP: it has no ndo_bpf.
int bpf_prog_offload_init(bpf_prog* prog, net* ns, int ifindex);
int bpf_prog_offload_verifier_prep(bpf_prog* prog);
int bpf_prog_offload_verify_insn(bpf_verifier_env* env, int insn_idx, int prev_insn_idx);
int bpf_prog_offload_finalize(bpf_verifier_env* env);
void bpf_prog_offload_replace_insn(bpf_verifier_env* env, uint32_t off, const ebpf::Insn* insn);
void bpf_prog_offload_remove_insns(bpf_verifier_env* env, uint32_t off, uint32_t cnt);
int bpf_prog_offload_compile(bpf_prog* prog);
void bpf_prog_offload_destroy(bpf_prog* prog);

// Runs the program on its device. ENODEV: an orphan; ENOTSUPP: the device cannot.
int bpf_prog_offload_test_run(bpf_prog* prog, TestRun* run);

// Whether the program may use the map: a map of its device, or one that no device holds.
bool bpf_offload_prog_map_match(const bpf_prog* prog, const bpf_map* map);

// ---- maps

int bpf_map_offload_map_alloc(bpf_map* map, net* ns, int ifindex, uint32_t dev_flags);
void bpf_map_offload_map_free(bpf_map* map);
// ENODEV: an orphan.
int bpf_map_offload_lookup_elem(bpf_map* map, const void* key, void* value);
int bpf_map_offload_update_elem(bpf_map* map, const void* key, const void* value, uint64_t flags);
int bpf_map_offload_delete_elem(bpf_map* map, const void* key);
int bpf_map_offload_get_next_key(bpf_map* map, const void* key, void* next_key);
// kNotSupported: the driver has no batches.
int bpf_map_offload_lookup_batch(bpf_map* map, const void* key, uint32_t most,
                                 const EntryVisit& visit);
int bpf_map_offload_update_batch(bpf_map* map, std::span<const EntryView> entries, uint64_t flags,
                                 size_t* done);
int bpf_map_offload_delete_batch(bpf_map* map, std::span<const EntryView> entries, size_t* done);

// ---- what the info call tells

struct DeviceInfo {
  uint32_t ifindex = 0;
  NetNamespace net;
  std::vector<uint8_t> image;  // of a program
};
// ENODEV: an orphan.
int bpf_prog_offload_info_fill(const bpf_prog* prog, DeviceInfo* info);
int bpf_map_offload_info_fill(const bpf_map* map, DeviceInfo* info);

}  // namespace host
