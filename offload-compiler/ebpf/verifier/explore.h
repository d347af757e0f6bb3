// The exploration of all paths through a program.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "offload-compiler/ebpf/verifier/env.h"

namespace ebpf {

// Walks every path, fall-through first; false when env.error tells why the program is refused.
bool explore(Env& env);

// The frames of every call chain together fit the stack.
bool check_stack_depth(Env& env);

}  // namespace ebpf
