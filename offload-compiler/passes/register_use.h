// Which registers' values are still read from some instruction on.
// SPDX-License-Identifier: Apache-2.0
//
//   const LiveRegisters live(plan);
//   live.is_read_from(9, 5)          // a path from instruction 9 reads r5 before it writes it
#pragma once

#include <cstdint>
#include <vector>

#include "offload-compiler/passes/plan.h"

namespace offload {

// Whether the instruction changes the register. Calls change r0 to r5.
bool writes_register(const ebpf::Insn& insn, unsigned reg);

// Calls count as readers of r1 to r5 and exits as readers of r0; the body of a subprogram counts for itself.
class LiveRegisters {
 public:
  explicit LiveRegisters(const Plan& plan);

  // False behind the last instruction.
  bool is_read_from(uint32_t insn, unsigned reg) const {
    return insn < live_.size() && (live_[insn] >> reg & 1u) != 0;
  }

 private:
  std::vector<uint16_t> live_;  // bit per register, before each instruction
};

}  // namespace offload
