// Comparison of a program's kind and needs with what a card takes.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/nfp/limits.h"

#include "offload-compiler/nfp/refusal.h"

namespace offload {

std::vector<Diagnostic> program_kind_refusals(const ebpf::Program& program) {
  std::vector<Diagnostic> refusals;
  if (program.type == ebpf::ProgType::kSocketFilter)
    refusals.push_back(refusal<Rule::kProgramType>(ebpf::to_string(program.type)));
  if (program.flags != 0) refusals.push_back(refusal<Rule::kProgramFlags>(program.flags));
  return refusals;
}

std::optional<Diagnostic> stack_refusal(const ProgramFacts& facts,
                                        const firmware::Capability& capability) {
  if (facts.stack_bytes <= capability.stack_bytes) return {};
  return refusal<Rule::kStack>(facts.stack_bytes, capability.stack_bytes);
}

std::vector<Diagnostic> limit_refusals(const ProgramFacts& facts,
                                       const firmware::Capability& capability) {
  std::vector<Diagnostic> refusals;
  if (auto refused = stack_refusal(facts, capability)) refusals.push_back(std::move(*refused));
  if (facts.max_packet_offset > capability.inline_mtu)
    refusals.push_back(
        refusal<Rule::kPacketOffset>(facts.max_packet_offset, capability.inline_mtu));
  return refusals;
}

}  // namespace offload
