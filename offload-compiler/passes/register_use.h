// Whether a register's value is still read from some instruction on.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "offload-compiler/passes/plan.h"

namespace offload {

// True when a path from `insn` reads `reg` before it writes it. Calls count as readers of r1 to r5 and r0 as an exit's operand.
bool is_read_from(const Plan& plan, uint32_t insn, unsigned reg);

}  // namespace offload
