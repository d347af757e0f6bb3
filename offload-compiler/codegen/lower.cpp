// The lowering of a whole program: body, exits, subroutines, padding, branches between them.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/codegen/lower.h"

#include <algorithm>
#include <iterator>

#include "offload-compiler/codegen/defect_conditions.h"
#include "offload-compiler/codegen/lowering.h"
#include "offload-compiler/nfp/location.h"
#include "offload-compiler/nfp/opcode.h"
#include "offload-compiler/nfp/refusal.h"

namespace offload {
namespace {

void lower_jump_class(Lowering& lowering, const PlannedInsn& planned, uint32_t index) {
  if (is_local_call(planned.insn)) return lower_local_call(lowering, planned);
  if (is_call(planned.insn)) return lower_helper_call(lowering, planned, index);
  if (is_exit(planned.insn)) return lower_exit(lowering, planned);
  lower_jump(lowering, planned);
}

void lower_insn(Lowering& lowering, uint32_t index) {
  const PlannedInsn& planned = lowering.plan.insns[index];
  switch (insn_class(planned.insn)) {
    case BPF_ALU:
    case BPF_ALU64:
      lowering.supply_frame_pointer(planned.insn);
      return lower_alu(lowering, planned);
    case BPF_JMP:
    case BPF_JMP32:
      return lower_jump_class(lowering, planned, index);
    case BPF_LD:
      lowering.supply_frame_pointer(planned.insn);
      if (is_packet_offset_load(planned.insn)) lower_packet_offset_load(lowering, planned);
      return;  // the first slot of a 64-bit constant has no words of its own
    default:
      return is_atomic(planned.insn) ? lower_atomic_add(lowering, planned)
                                     : lower_memory_access(lowering, index);
  }
}

void enter_frame(Lowering& lowering, uint32_t frame) {
  lowering.frame_bytes = lowering.plan.frames[frame].depth();
}

// Stops behind the first refusal unless all of them are wanted.
void lower_body(Lowering& lowering, std::vector<uint32_t>& first_word, bool to_the_end) {
  const std::vector<PlannedInsn>& insns = lowering.plan.insns;
  bool second_slot = false;
  for (uint32_t i = 0; i < insns.size(); ++i) {
    if (!to_the_end && !lowering.out.refusals().empty()) return;
    if (!second_slot) lowering.out.begin(i);
    first_word.push_back(lowering.out.here());
    if (insns[i].starts_frame) {
      enter_frame(lowering, insns[i].frame);
      emit_frame_intro(lowering);
    }
    const bool starts_constant = !second_slot && is_load_imm64(insns[i].insn);
    if (insns[i].skip == Skip::kNo) {
      second_slot ? lower_load_imm64(lowering, insns[i - 1], insns[i]) : lower_insn(lowering, i);
    }
    second_slot = starts_constant;
  }
}

void resolve_branches(Lowering& lowering, const std::vector<uint32_t>& first_word) {
  for (const PendingBranch& branch : lowering.branches) {
    if (lowering.plan.insns[branch.target].skip == Skip::kCombined) {
      lowering.out.begin(branch.target);
      lowering.out.refuse(refusal<Rule::kRemovedTarget>());
    }
    lowering.out.set_target(branch.word, first_word[branch.target]);
  }
  for (const PendingAddress& callee : lowering.callees)
    lowering.out.set_address(callee.word, first_word[callee.target]);
}

void emit_exits(Lowering& lowering, Lowered& result) {
  const Plan& plan = lowering.plan;
  const Exits exits =
      plan.source.type == ebpf::ProgType::kXdp ? emit_xdp_exits(lowering) : emit_tc_exits(lowering);
  result.out = exits.out;
  result.abort = exits.abort;
  const bool saves = std::any_of(plan.frames.begin() + 1, plan.frames.end(),
                                 [](const FrameFacts& frame) { return frame.saves_registers; });
  if (saves) {
    result.push = emit_push_subroutine(lowering);
    result.pop = emit_pop_subroutine(lowering);
  }
  lowering.out.begin(Part::kPad);
  lowering.out.nops(firmware::kPrefetchPad);
}

base::Result<Lowered> lower_after(unsigned wait_words, const Plan& plan,
                                  const firmware::Capability& capability,
                                  std::vector<Diagnostic>* refusals) {
  if (refusals == nullptr && !plan.refusals.empty())
    return to_error(plan.source, plan.refusals.front());
  Lowering lowering(plan, capability);
  const Emitter& out = lowering.out;
  Lowered result;
  emit_intro(lowering);
  lowering.out.nops(wait_words);
  enter_frame(lowering, 0);
  lower_body(lowering, result.first_word, refusals != nullptr);
  if (refusals == nullptr && !out.refusals().empty())
    return to_error(plan.source, out.refusals().front());
  result.last_word = out.here() - 1;
  emit_exits(lowering, result);
  resolve_branches(lowering, result.first_word);
  result.needed_words = out.here();
  if (refusals != nullptr) {
    std::ranges::copy(plan.refusals, std::back_inserter(*refusals));
    std::ranges::copy(out.refusals(), std::back_inserter(*refusals));
    if (!plan.refusals.empty() || !out.refusals().empty()) return result;
  } else if (!out.refusals().empty()) {
    return to_error(plan.source, out.refusals().front());
  }
  base::Result<std::vector<fpc::Word>> words = out.finish();
  if (!words) return words.error();
  result.words = std::move(*words);
  result.origins = out.origins();
  return result;
}

}  // namespace

base::Result<Lowered> lower(const Plan& plan, const firmware::Capability& capability,
                            std::vector<Diagnostic>* refusals) {
  base::Result<Lowered> lowered = lower_after(0, plan, capability, refusals);
  // The address of the frame may not be visible to the program's third word (defect B13).
  if (!lowered || !plan.fixes(Defect::kEarlyStack) || !touches_frame_early(lowered->words))
    return lowered;
  return lower_after(1, plan, capability, refusals);
}

}  // namespace offload
