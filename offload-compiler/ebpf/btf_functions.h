// What BTF says of functions and of locks in map values.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "offload-compiler/ebpf/program.h"

struct btf;

namespace ebpf {

// The function with this BTF type; `insn` is left 0. Nothing when the type is no function.
std::optional<FunctionInfo> btf_function(const btf* types, uint32_t id);

// Offset of the bpf_spin_lock among the members of a struct; -1 when there is none.
int32_t btf_lock_offset(const btf* types, uint32_t id);

}  // namespace ebpf
