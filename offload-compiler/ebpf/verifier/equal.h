// Comparison of states: is everything that can happen from one already covered by what was explored from another.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "offload-compiler/ebpf/verifier/state.h"

namespace ebpf {

// Safe to stop at `current`, because all paths from `old` were (or will be) found safe. `exact`: what a path did not rely on
// counts too, so that every value that can occur was seen in `old`.
bool covers(const State& old, const State& current, bool exact);

// The registers of the innermost frames are the same: a loop may have made no progress.
bool may_be_looping(const State& old, const State& current);

}  // namespace ebpf
