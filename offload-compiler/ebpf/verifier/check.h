// The check of one instruction: operands, safety, and the state after it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "offload-compiler/ebpf/verifier/env.h"

namespace ebpf {

// Value of env.next after a jump that no execution reaches.
inline constexpr uint32_t kPathImpossible = UINT32_MAX;

// Each checks env.insn in env.current, applies its effect and sets env.next; false when the program is refused.
bool check_alu(Env& env);
bool check_memory(
    Env& env);  // loads, stores, atomics, 64-bit immediates, packet loads of classic BPF
bool check_conditional_jump(Env& env);
bool check_subprogram_call(Env& env);
bool return_from_subprogram(Env& env);

}  // namespace ebpf
