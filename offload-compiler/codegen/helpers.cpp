// Lowering of helper calls: jumps to firmware routines with their arguments, or words in place.
// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>

#include <cassert>

#include "offload-compiler/codegen/lowering.h"
#include "offload-compiler/nfp/opcode.h"
#include "offload-compiler/nfp/refusal.h"

namespace offload {
namespace {

using fpc::gpr_a;
using fpc::gpr_b;
using fpc::Op;

constexpr unsigned kAddressLatencyWords = 3;

// Jumps to a routine; the two slots behind the branch pass an argument and the return address.
void call_routine(Emitter& out, unsigned helper, unsigned argument_gpr, fpc::Operand argument) {
  const uint32_t return_to = out.here() + 3;
  out.relocated_branch(Op::kBr, firmware::Relocation::kHelper, 2, helper);
  out.move(gpr_a(argument_gpr), argument);
  out.address(gpr_b(firmware::kReturnReg), return_to);
}

void call_map_routine(Lowering& lowering, const PlannedInsn& planned) {
  Emitter& out = lowering.out;
  const auto helper = static_cast<unsigned>(planned.insn.imm);
  const bool moves_frame_index = !key_at_frame_bottom(lowering.plan, planned);
  if (moves_frame_index) out.write_csr(fpc::Csr::kActLmAddr0, gpr_b(low(BPF_REG_2)));
  if (helper == BPF_FUNC_map_update_elem)
    out.write_csr(fpc::Csr::kActLmAddr2, gpr_b(low(BPF_REG_3)));
  call_routine(out, helper, 0, gpr_a(low(BPF_REG_1)));
  if (!moves_frame_index) return;
  out.write_csr(fpc::Csr::kActLmAddr0, kStackBase);
  out.nops(kAddressLatencyWords);
}

void call_event_output(Lowering& lowering, const PlannedInsn& planned) {
  call_routine(lowering.out, BPF_FUNC_perf_event_output, 1,
               fpc::imm(static_cast<unsigned>(planned.facts.data_type)));
}

void read_random(Lowering& lowering) {
  lowering.out.read_csr(fpc::Csr::kPseudoRndNum);
  lowering.out.immediate(both(low(BPF_REG_0)), 0);
  lowering.out.immediate(both(high(BPF_REG_0)), 0);
}

}  // namespace

void lower_helper_call(Lowering& lowering, const PlannedInsn& planned, uint32_t index) {
  switch (planned.insn.imm) {
    case BPF_FUNC_xdp_adjust_head:
      return lower_adjust_head(lowering, index);
    case BPF_FUNC_xdp_adjust_tail:
      return lower_adjust_tail(lowering);
    case BPF_FUNC_map_lookup_elem:
    case BPF_FUNC_map_update_elem:
    case BPF_FUNC_map_delete_elem:
      return call_map_routine(lowering, planned);
    case BPF_FUNC_get_prandom_u32:
      return read_random(lowering);
    case BPF_FUNC_perf_event_output:
      return call_event_output(lowering, planned);
    default:
      lowering.out.refuse(refusal<Rule::kHelper>(planned.insn.imm));
  }
}

}  // namespace offload
