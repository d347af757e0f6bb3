// The steps of BPF_PROG_LOAD.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "host-driver/syscall/call.h"
#include "host-driver/syscall/user_log.h"

namespace host {

// First bytes of the hash of the instructions as they were loaded, descriptors of maps counting as 0.
std::array<uint8_t, BPF_TAG_SIZE> program_tag(std::vector<ebpf::Insn> insns);

// Descriptors in the instructions become indices of prog->aux->used_maps and their definitions prog->program.maps.
int resolve_maps(const Call& call, bpf_prog* prog, UserLog* log);

// Functions and lines from the caller's BTF.
int resolve_btf(const Call& call, bpf_prog* prog, UserLog* log);

// The verifier, with the driver's callbacks when the program is bound to a device; then the host's copy without dead code.
int check_program(const Call& call, bpf_prog* prog, UserLog* log);

}  // namespace host
