// The rules that Linux has for a classic program before it takes it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "offload-compiler/ebpf/classic/program.h"

namespace classic {

// 1 to 4096 instructions of known opcodes; jumps inside the program (they can only go forward); the last instruction
// returns; scratch words 0 to 15, each stored on every path before it is loaded; no division by the constant 0, no shift
// by a constant above 31; known ancillary loads. Error kInvalidInput: "insn 3: ...", what was found and what is allowed.
base::Result<void> check(const Program& program);

}  // namespace classic
