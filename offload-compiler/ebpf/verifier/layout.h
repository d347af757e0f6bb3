// The shape of a program before any path is walked: subprograms, jumps inside them, and where states are compared.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "offload-compiler/ebpf/program.h"

namespace ebpf {

struct Layout {
  std::vector<uint32_t> starts;    // of subprograms, ascending; main first
  std::vector<bool> prune_points;  // a state that reaches one is compared with those seen there
  std::vector<bool> wide_tails;    // second slots of 64-bit immediates

  uint32_t subprogram_of(uint32_t insn) const;
  uint32_t end_of(uint32_t subprogram, uint32_t insns) const;
};

// Error: an instruction that bpf.def does not describe, a 64-bit immediate that names a map or place that is not there, a jump or call that leaves its subprogram or the program or lands
// inside a 64-bit immediate, a subprogram that can fall through its end, an instruction that no path reaches.
base::Result<Layout> lay_out(const Program& program);

// Where the jump at `insn` goes; not necessarily inside the program.
int64_t jump_target(const Program& program, uint32_t insn);

bool is_conditional_jump(const Insn& insn);
bool is_subprogram_call(const Insn& insn);
bool is_callback_load(const Insn& insn);  // ld_imm64 of a function's address

// First instruction of the subprogram that the call or the load of a callback at `insn` names; not necessarily in the program.
int64_t callee_start(const Program& program, uint32_t insn);

}  // namespace ebpf
