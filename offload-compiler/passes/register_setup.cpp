// Drops the copy of the context pointer with which programs converted from classic BPF begin.
// SPDX-License-Identifier: Apache-2.0
//
// before: r0 ^= r0           after: r0 ^= r0
//         r7 ^= r7                  r7 ^= r7
//         r6 = r1                   -
//
// Accesses of the context are recognised by type, the pointer's value is never used.
//
// requires: nothing
// ensures:  only leading instructions are touched: the scan ends at the first one of another kind
#include "offload-compiler/nfp/opcode.h"
#include "offload-compiler/passes/passes.h"

namespace offload {

void skip_register_setup(Plan& plan) {
  for (PlannedInsn& planned : plan.insns) {
    const ebpf::Insn& insn = planned.insn;
    const bool clears = insn.opcode == (BPF_ALU64 | BPF_XOR | BPF_X) && insn.src == insn.dst;
    if (clears) continue;
    if (insn.opcode == (BPF_ALU64 | BPF_MOV | BPF_X) && insn.src == BPF_REG_1 &&
        insn.dst == BPF_REG_6)
      planned.skip = Skip::kCombined;
    if (planned.skip == Skip::kNo) break;
  }
}

}  // namespace offload
