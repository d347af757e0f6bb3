// Precision: which scalars of earlier states a path's safety or direction relied on.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "offload-compiler/ebpf/verifier/env.h"

namespace ebpf {

// The value of a scalar register of the innermost frame decides what follows: whatever it was computed from in the states
// before becomes precise. Registers that hold no scalar are passed over.
void mark_precise(Env& env, unsigned reg);

// The path ends in a state that equals `old`: what was precise in `old` is precise here.
void inherit_precision(Env& env, const KeptState& old);

// A state that was just stored relied on nothing yet.
void forget_precision(State& state);

// Narrows every copy of a scalar (same id) in `state` to what is now known of `known`; true when there was another copy.
bool narrow_copies(Values& values, State& state, const Reg& known);

}  // namespace ebpf
