// Conditional jumps: is the outcome known, and what does each outcome teach of the compared scalars.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "offload-compiler/ebpf/verifier/bounds.h"

namespace ebpf {

uint8_t flipped(uint8_t op);  // a `op` b <=> b flipped(op) a

// Is `reg op value` always or never true?
std::optional<bool> branch_outcome(uint8_t op, bool is_32bit, const Bounds& reg, uint64_t value);

// `taken` and `not_taken` describe the same scalar on the two paths after `scalar op value`.
void refine_by_constant(uint8_t op, bool is_32bit, uint64_t value, Bounds& taken,
                        Bounds& not_taken);

// After dst == src (JEQ taken, JNE not taken) both are known to hold what either may hold.
void refine_by_equality(Bounds& dst, Bounds& src);

}  // namespace ebpf
