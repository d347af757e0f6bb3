// Calls of helper functions: arguments against the prototypes of helpers.def, maps against the helpers that serve them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "offload-compiler/ebpf/verifier/env.h"

namespace ebpf {

// Checks the call at env.insn and leaves its result in r0.
bool call_helper(Env& env);

// r`number` points to `bytes` bytes that a function may read and write.
bool argument_buffer(Env& env, unsigned number, uint32_t bytes);

}  // namespace ebpf
