// The store of explored states: ends paths that reach what was proven safe, and finds loops without progress.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "offload-compiler/ebpf/verifier/env.h"

namespace ebpf {

enum class Arrival { kExplore, kCovered, kRefused };

// The current path arrived at env.insn. When and how often states are kept follows the kernel, since it decides which visits
// of an instruction a listener sees.
Arrival arrive(Env& env);

// The current path ended: states through which no path is open any more are complete.
void close_path(Env& env);

// The state that the current path left open at `insn`, under the same calls: where its last round of a callback began.
const KeptState* previous_round(const Env& env, uint32_t insn);

// Keep `state` to be explored from `insn` later; false when too many wait.
bool defer(Env& env, const State& state, uint32_t insn);

}  // namespace ebpf
