// Instructions that may leave a subprogram early: tail calls, and packet loads of classic BPF behind the packet's end.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "offload-compiler/ebpf/verifier/env.h"

namespace ebpf {

// The tail call at env.insn through `map`; in a subprogram its caller goes on with what the other program returns.
bool check_tail_call(Env& env, uint32_t map);

// The packet load at env.insn; in a subprogram its caller goes on with 0 when the packet is too short.
bool check_early_exit_of_packet_load(Env& env);

}  // namespace ebpf
