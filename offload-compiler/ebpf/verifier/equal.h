// Comparison of states: is everything that can happen from one already covered by what was explored from another.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "offload-compiler/ebpf/verifier/state.h"

namespace ebpf {

enum class Compare : uint8_t {
  kReliedOn,   // what paths from `old` read, scalars only where they relied on the value
  kRead,       // what paths from `old` read: every value that can occur was seen
  kEverything  // needs no knowledge of paths from `old`
};

// Safe to stop at `current`, because all paths from `old` were (or will be) found safe.
bool covers(const KeptState& old, const State& current, Compare compare);

// Nothing changed in any frame: the path from `old` to `current` repeats for ever.
bool is_same(const KeptState& old, const State& current);

}  // namespace ebpf
