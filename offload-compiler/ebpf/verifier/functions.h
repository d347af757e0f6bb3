// Global functions: verified by themselves from their BTF, so that a call only checks what it passes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "offload-compiler/ebpf/verifier/env.h"

namespace ebpf {

// What BTF says of a subprogram, or nullptr.
const FunctionInfo* function_of(const Env& env, uint32_t subprogram);

// Subprograms to verify by themselves, ascending.
std::vector<uint32_t> global_functions(const Env& env);

// The frame in which such a function is verified; refused when an argument is of a kind that cannot be assumed.
bool set_up_function(Env& env, uint32_t subprogram);

// The call at env.insn of a global function: its arguments, then what it leaves behind.
bool call_global_function(Env& env, uint32_t subprogram);

// The exit of a function that is verified by itself.
bool leave_global_function(Env& env);

}  // namespace ebpf
