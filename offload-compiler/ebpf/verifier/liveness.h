// Liveness: which registers and stack slots of earlier states a path reads, and how wide.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "offload-compiler/ebpf/verifier/env.h"

namespace ebpf {

enum class Define {
  kUnknown,
  kKeep
};  // a defined register becomes an unknown scalar, or its value is set by the caller

// The instruction reads register `number`; refused when it was never written.
bool read_operand(Env& env, unsigned number);

// The instruction writes register `number`; refused for the frame pointer.
bool define_operand(Env& env, unsigned number, Define define);

// A value is read outside of an operand, such as a stack slot.
void mark_read(Env& env, const Marks& place);

// r0..r5 hold nothing after a call.
void clobber_caller_saved(Env& env);

// The path ends in a state that equals `old`: what is read after `old` is read after the current state.
void inherit_liveness(Env& env, const KeptState& old);

// All paths through `state` ended: what none of them read cannot matter to a comparison.
void forget_unread(KeptState& state);

}  // namespace ebpf
