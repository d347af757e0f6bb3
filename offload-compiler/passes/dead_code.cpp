// Removes what verification never reached, as the kernel does for every privileged program.
// SPDX-License-Identifier: Apache-2.0
//
// before: A: r0 = 2                                            after: A: r0 = 2
//         if r1 > 5 goto A   (verification always jumps)             if r1 > 5 goto A
//         r0 = 1             (never reached)                         -
//
// A jump whose other side is dead keeps its comparison when it is always taken (the driver notes the
// fold but still emits the compare), and vanishes when it never is. A jump that only leaps over dead
// code vanishes as well.
//
// requires: facts say which instructions were visited
// ensures:  unvisited instructions and jumps to the next live instruction are skipped
#include "offload-compiler/nfp/opcode.h"
#include "offload-compiler/passes/passes.h"

namespace offload {
namespace {

bool is_alive(const Plan& plan, uint32_t insn) {
  return insn < plan.insns.size() && plan.insns[insn].facts.visited;
}

// A jump that always goes to `target`: unconditional ones, and those whose fall-through nobody
// reaches.
bool always_jumps(const Plan& plan, uint32_t insn) {
  const PlannedInsn& jump = plan.insns[insn];
  return is_plain_jump(jump.insn) || (is_conditional_jump(jump.insn) && !is_alive(plan, insn + 1));
}

bool leaps_over_dead_code_only(const Plan& plan, uint32_t insn) {
  const uint32_t target = plan.insns[insn].target;
  if (target <= insn) return false;
  for (uint32_t i = insn + 1; i < target; ++i) {
    if (is_alive(plan, i)) return false;
  }
  return true;
}

}  // namespace

void remove_dead_code(Plan& plan) {
  for (uint32_t i = 0; i < plan.insns.size(); ++i) {
    PlannedInsn& insn = plan.insns[i];
    const bool never_jumps = is_conditional_jump(insn.insn) && !is_alive(plan, insn.target);
    if (!is_alive(plan, i) || never_jumps ||
        (always_jumps(plan, i) && leaps_over_dead_code_only(plan, i)))
      insn.skip = Skip::kVerifier;
  }
}

}  // namespace offload
