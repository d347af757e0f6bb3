// Effect of arithmetic instructions on what is known of scalars.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "offload-compiler/ebpf/verifier/bounds.h"

namespace ebpf {

// dst = dst `op` src, in 32 or 64 bits. `op` is the operation nibble of the opcode (BPF_ADD, ...).
Bounds scalar_alu(uint8_t op, bool is_32bit, const Bounds& dst, const Bounds& src);

}  // namespace ebpf
