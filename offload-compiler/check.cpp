// Collects what rules, limits and lowering say of a program.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/check.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "offload-compiler/compiler.h"
#include "offload-compiler/nfp/map_limits.h"
#include "offload-compiler/nfp/opcode.h"
#include "offload-compiler/nfp/verify.h"
#include "offload-compiler/passes/passes.h"

namespace offload {
namespace {

uint32_t place_of(const Diagnostic& diagnostic) {
  return diagnostic.insn.value_or(std::numeric_limits<uint32_t>::max());
}

// What the rules refused has no translation: the rest is lowered without it.
void leave_out_refused(Plan& plan, const std::vector<Diagnostic>& refusals) {
  for (const Diagnostic& refusal : refusals) {
    if (!refusal.insn) continue;
    plan.insns[*refusal.insn].skip = Skip::kVerifier;
    if (is_load_imm64(plan.insns[*refusal.insn].insn))
      plan.insns[*refusal.insn + 1].skip = Skip::kVerifier;
  }
}

void add_map_limits(CheckReport& report, const ebpf::Program& program,
                    const std::vector<uint32_t>& map_ids, const firmware::MapLimits& limits) {
  const MapDemand demand = map_demand(program, map_ids);
  report.limits.push_back({"maps", demand.maps, limits.max_maps});
  report.limits.push_back({"map_elements", demand.elements, limits.max_elems});
  report.limits.push_back({"key_bytes", demand.largest_key, limits.max_key_bytes});
  report.limits.push_back({"value_bytes", demand.largest_value, limits.max_value_bytes});
  report.limits.push_back({"element_bytes", demand.largest_element, limits.max_elem_bytes});
}

void add_lowering(CheckReport& report, const ebpf::Program& program, const ProgramFacts& facts,
                  const std::vector<uint32_t>& map_ids, const firmware::Capability& capability) {
  Plan plan = make_plan(program, facts);
  plan.map_ids = map_ids;
  leave_out_refused(plan, report.refusals);
  run_passes(plan);
  std::vector<Diagnostic> refusals;
  const base::Result<Lowered> lowered = lower(plan, capability, &refusals);
  std::ranges::move(refusals, std::back_inserter(report.refusals));
  if (!lowered) {
    report.refusals.push_back({Diagnostic::Severity::kRefusal,
                               "words",
                               lowered.error().code,
                               {},
                               lowered.error().message});
    return;
  }
  report.limits.insert(report.limits.begin(),
                       {"words", lowered->needed_words, capability.max_words});
  if (report.offloadable()) report.defects = find_all_defects(plan, *lowered, capability);
}

CheckReport check_profile(const ebpf::Program& program, const firmware::Capability& capability) {
  CheckReport report;
  const std::vector<uint32_t> map_ids = number_used_maps(program);
  Examination examination = examine_for_card(program, capability);
  report.refusals = std::move(examination.refusals);
  std::ranges::copy(map_limit_refusals(program, map_ids, capability.maps),
                    std::back_inserter(report.refusals));
  if (examination.facts) {
    const ProgramFacts& facts = *examination.facts;
    report.limits.push_back({"stack_bytes", facts.stack_bytes, capability.stack_bytes});
    report.limits.push_back({"packet_offset", facts.max_packet_offset, capability.inline_mtu});
    add_lowering(report, program, facts, map_ids, capability);
  }
  add_map_limits(report, program, map_ids, capability.maps);
  std::ranges::stable_sort(report.refusals, {}, place_of);
  std::ranges::stable_sort(report.defects, {}, place_of);
  return report;
}

}  // namespace

CheckReport check(const ebpf::Program& program, const firmware::Capability& capability) {
  CheckReport report = check_profile(program, capability);
  if (report.offloadable()) return report;
  for (const std::string_view name : firmware::profile_names()) {
    if (name == capability.profile) continue;
    if (check_profile(program, *firmware::find_profile(name)).offloadable())
      report.accepting_profiles.push_back(name);
  }
  return report;
}

}  // namespace offload
