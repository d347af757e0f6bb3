// Pointers: arithmetic, comparisons with null and with the packet's end.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "offload-compiler/ebpf/verifier/env.h"

namespace ebpf {

// dst = pointer op scalar (or scalar op pointer for addition); `dst` is the register that the instruction writes and may be
// either operand.
bool pointer_alu(Env& env, Reg& dst, const Reg& pointer, const Reg& scalar, bool scalar_is_dst);

// Is the outcome of `dst op src` known, where one of them is the packet's end?
std::optional<bool> packet_branch_outcome(uint8_t op, const Reg& dst, const Reg& src);

// Learns from `dst op src` how many bytes of the packet are readable; false when it is no such comparison.
bool learn_packet_range(Values& values, const Insn& insn, State& not_taken, State& taken);

// The pointer with this id was compared with null: in `state` it is null, or it is not.
void resolve_null(Env& env, State& state, uint32_t id, bool is_null);

// After a helper moved or resized the packet, pointers into it are numbers.
void invalidate_packet_pointers(Values& values, State& state);

}  // namespace ebpf
