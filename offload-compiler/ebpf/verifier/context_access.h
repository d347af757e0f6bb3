// Fields of the program's context: which may be read or written, in which widths, and which hold packet pointers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "offload-compiler/ebpf/program.h"
#include "offload-compiler/ebpf/verifier.h"

namespace ebpf {

// The type of what [off, off + size) of the context holds, or nothing when the access is not allowed. `offloaded`: the program is
// bound to a device, which may let it choose the receive queue.
std::optional<RegType> context_field(ProgType type, bool offloaded, int64_t off, unsigned size,
                                     bool is_write);

}  // namespace ebpf
