// Joins program and facts into a plan: frames, jump targets and subprogram starts.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/passes/plan.h"

#include <cassert>

#include "offload-compiler/nfp/opcode.h"

namespace offload {
namespace {

uint32_t target_of(const ebpf::Insn& insn, uint32_t index) {
  if (is_local_call(insn)) return index + 1 + static_cast<uint32_t>(insn.imm);
  if (is_plain_jump(insn) || is_conditional_jump(insn))
    return index + 1 + static_cast<uint32_t>(int32_t{insn.off});
  return kNoInsn;
}

void mark_targets(Plan& plan) {
  for (uint32_t i = 0; i < plan.insns.size(); ++i) {
    const uint32_t target = target_of(plan.insns[i].insn, i);
    if (target == kNoInsn) continue;
    assert(target < plan.insns.size() && "the verifier lets no jump leave the program");
    plan.insns[i].target = target;
    plan.insns[target].jump_target = true;
    if (is_local_call(plan.insns[i].insn)) plan.insns[target].starts_frame = true;
  }
}

}  // namespace

bool key_at_frame_bottom(const Plan& plan, const PlannedInsn& call) {
  if (plan.fixes(Defect::kCallerKey) && call.facts.key_in_caller) return false;
  return !call.facts.key_varies &&
         plan.frames[call.frame].depth() + call.facts.key.fixed_offset() == 0;
}

Plan make_plan(const ebpf::Program& program, const ProgramFacts& facts) {
  assert(facts.insns.size() == program.insns.size() && !facts.frames.empty());
  Plan plan;
  plan.source = program;
  plan.frames = facts.frames;
  plan.adjust_head = facts.adjust_head;
  plan.fix_defects = facts.fix_defects;
  plan.insns.resize(program.insns.size());
  for (size_t i = 0; i < program.insns.size(); ++i) {
    plan.insns[i].insn = program.insns[i];
    plan.insns[i].facts = facts.insns[i];
  }
  for (uint32_t f = 0; f < plan.frames.size(); ++f)
    for (uint32_t i = plan.frames[f].start; i < plan.frames[f].end; ++i) plan.insns[i].frame = f;
  mark_targets(plan);
  return plan;
}

}  // namespace offload
