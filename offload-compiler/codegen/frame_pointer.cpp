// r10 where an instruction takes it for an ordinary register (defect B9).
// SPDX-License-Identifier: Apache-2.0
//
// The pair of GPRs that would be r10 are scratch registers, so its value lives for one instruction.
#include <linux/bpf.h>

#include "offload-compiler/codegen/defect_conditions.h"
#include "offload-compiler/codegen/lowering.h"

namespace offload {

void Lowering::supply_frame_pointer(const ebpf::Insn& insn) {
  if (!plan.fixes(Defect::kFramePointer) || !uses_frame_pointer_value(insn)) return;
  const fpc::Operand depth = out.operand(frame_bytes, kScratchB);
  out.alu(both(low(BPF_REG_10)), kStackBase, fpc::Op::kAluAdd, depth);
  out.immediate(both(high(BPF_REG_10)), 0);
}

}  // namespace offload
