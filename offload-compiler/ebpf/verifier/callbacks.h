// Callbacks: a subprogram that a helper runs any number of times, one round after the other.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "offload-compiler/ebpf/verifier/env.h"

namespace ebpf {

// The helper call at env.insn may run the callback once more: that path is explored later. It comes back to the call itself,
// so a callback is a loop around the call whose end is the path that goes on here.
bool defer_callback(Env& env, uint32_t subprogram, uint32_t map);

// The innermost frame, a callback's, is left: the next instruction is the call again.
bool return_from_callback(Env& env);

}  // namespace ebpf
