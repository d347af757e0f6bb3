// Compares the lowering with the one that facts about all values give.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/hidden_values.h"

#include <algorithm>
#include <span>

#include "offload-compiler/codegen/defects.h"
#include "offload-compiler/nfp/opcode.h"
#include "offload-compiler/nfp/verify.h"
#include "offload-compiler/passes/passes.h"

namespace offload {
namespace {

std::span<const fpc::Word> words_of(const Lowered& lowered, uint32_t insn) {
  const uint32_t begin = lowered.first_word[insn];
  const uint32_t end =
      insn + 1 < lowered.first_word.size() ? lowered.first_word[insn + 1] : lowered.last_word + 1;
  return std::span(lowered.words).subspan(begin, end - begin);
}

// Addresses within the program move with whatever lies in front of them.
bool is_same_word(fpc::Word a, fpc::Word b) {
  constexpr auto kBranch = static_cast<fpc::Word>(firmware::Relocation::kBranch);
  const bool branches =
      a >> firmware::kRelocationShift == kBranch && b >> firmware::kRelocationShift == kBranch;
  return branches || a == b;
}

// Facts about values steer arithmetic, atomic additions and the checks of xdp_adjust_head alone.
bool depends_on_values(const ebpf::Insn& insn) {
  const bool moves_head = is_helper_call(insn) && insn.imm == BPF_FUNC_xdp_adjust_head;
  return is_alu(insn) || is_atomic(insn) || moves_head;
}

Diagnostic refused_for_hidden(const base::Error& error) {
  Diagnostic refused = diagnostic_of(Defect::kHiddenValues, 0);
  refused.insn.reset();
  refused.message = error.message + ", for values that the kernel's verifier hides from the driver";
  return refused;
}

Diagnostic not_explored(const base::Error& error) {
  Diagnostic unknown = diagnostic_of(Defect::kHiddenValues, 0);
  unknown.insn.reset();
  unknown.message = error.message + ", so values that the kernel's verifier hides are not known";
  return unknown;
}

}  // namespace

std::vector<Diagnostic> find_hidden_values(const Plan& plan, const Lowered& lowered,
                                           const firmware::Capability& capability) {
  base::Result<ProgramFacts> facts = verify_exactly(plan.source, capability);
  if (!facts) {
    if (facts.error().code == base::ErrorCode::kOutOfRange) return {};
    return {refused_for_hidden(facts.error())};
  }
  Plan exact_plan = make_plan(plan.source, *facts);
  exact_plan.map_ids = plan.map_ids;
  run_passes(exact_plan);
  const base::Result<Lowered> exact = lower(exact_plan, capability);
  if (!exact) return {};
  std::vector<Diagnostic> found = find_defects(exact_plan, *exact, capability);
  for (uint32_t i = 0; i < plan.insns.size(); ++i) {
    if (!depends_on_values(plan.insns[i].insn)) continue;
    if (!std::ranges::equal(words_of(lowered, i), words_of(*exact, i), is_same_word))
      found.push_back(diagnostic_of(Defect::kHiddenValues, i));
  }
  return found;
}

std::optional<Diagnostic> reveal_hidden_values(const ebpf::Program& program,
                                               const firmware::Capability& capability,
                                               ProgramFacts& facts) {
  const base::Result<ProgramFacts> exact =
      verify_exactly(program, capability, {.relaxed = !facts.waived.empty()});
  if (!exact) {
    const base::Error& error = exact.error();
    return error.code == base::ErrorCode::kOutOfRange ? not_explored(error)
                                                      : refused_for_hidden(error);
  }
  for (size_t i = 0; i < facts.insns.size(); ++i) {
    InsnFacts& known = facts.insns[i];
    const InsnFacts& all = exact->insns[i];
    known.src.merge(all.src.min, all.src.max);
    known.dst.merge(all.dst.min, all.dst.max);
    known.xadd_over_16bit |= all.xadd_over_16bit;
    known.xadd_maybe_16bit |= all.xadd_maybe_16bit;
  }
  if (facts.adjust_head != exact->adjust_head) facts.adjust_head = kAdjustHeadChecked;
  return {};
}

}  // namespace offload
