// bpf_spin_lock: who holds the lock of which map value, and what must not happen meanwhile.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "offload-compiler/ebpf/verifier/env.h"

namespace ebpf {

// r`number` points to the lock that is taken (`takes`) or released.
bool change_lock(Env& env, unsigned number, bool takes);

// Refuses a call while a lock is held.
bool call_under_lock(Env& env);

// No access may overlap the lock of a map value.
bool spares_lock(Env& env, const MapDef& map, int64_t first, int64_t end);

}  // namespace ebpf
