// Calls of helper functions: arguments against the prototypes of helpers.def, maps against the helpers that serve them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "offload-compiler/ebpf/verifier/env.h"

namespace ebpf {

// Checks the call at env.insn and leaves its result in r0.
bool call_helper(Env& env);

// Whether programs of any type may call the helper, and whether any helper serves maps of the type.
bool is_known_helper(int32_t id);
bool is_known_map_type(uint32_t type);

}  // namespace ebpf
