// The verifier with the rules as its listener.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/nfp/verify.h"

#include <algorithm>
#include <iterator>

#include "offload-compiler/nfp/limits.h"
#include "offload-compiler/nfp/location.h"
#include "offload-compiler/nfp/rules.h"

namespace offload {
namespace {

constexpr uint64_t kExactVisits = 200'000;

base::Result<ProgramFacts> verify(const ebpf::Program& program,
                                  const firmware::Capability& capability,
                                  const RuleOptions& rule_options, ebpf::VerifierOptions options) {
  if (const auto refused = program_kind_refusals(program); !refused.empty())
    return to_error(program, refused.front());
  TargetRules rules(program, capability, rule_options);
  options.on_insn = [&](const ebpf::Visit& visit) { return rules.check(visit); };
  base::Result<ebpf::VerifiedProgram> verified = ebpf::verify(program, options);
  if (!verified) return verified.error();
  ProgramFacts facts = rules.finish(*verified);
  if (const auto refused = limit_refusals(facts, capability); !refused.empty())
    return to_error(program, refused.front());
  return facts;
}

void append(std::vector<Diagnostic>& to, const std::vector<Diagnostic>& more) {
  std::ranges::copy(more, std::back_inserter(to));
}

// The verifier's error names its instruction in the text; `insn` is the one that it visited last.
Diagnostic verifier_refusal(const ebpf::Program& program, std::optional<uint32_t> insn,
                            const base::Error& error) {
  Diagnostic refused = refusal<Rule::kVerifier>(error.message);
  refused.code = error.code;
  if (!insn) return refused;
  constexpr std::string_view kMark = "\n";
  const std::string frame = offload::located(program, *insn, std::string(kMark));
  const size_t text = frame.find(kMark);
  const std::string before = frame.substr(0, text), behind = frame.substr(text + kMark.size());
  if (!error.message.starts_with(before) || !error.message.ends_with(behind)) return refused;
  refused.insn = insn;
  refused.message =
      error.message.substr(before.size(), error.message.size() - before.size() - behind.size());
  return refused;
}

}  // namespace

base::Result<ProgramFacts> verify_for_card(const ebpf::Program& program,
                                           const firmware::Capability& capability,
                                           const RuleOptions& rules) {
  return verify(program, capability, rules, {});
}

base::Result<ProgramFacts> verify_exactly(const ebpf::Program& program,
                                          const firmware::Capability& capability,
                                          const RuleOptions& rules) {
  ebpf::VerifierOptions options;
  options.exact_ranges = true;
  options.max_visits = kExactVisits;
  return verify(program, capability, rules, options);
}

Examination examine_for_card(const ebpf::Program& program, const firmware::Capability& capability) {
  Examination result;
  result.refusals = program_kind_refusals(program);
  Rules rules(program, capability);
  std::optional<uint32_t> last_visited;
  ebpf::VerifierOptions options;
  options.on_insn = [&](const ebpf::Visit& visit) -> base::Result<void> {
    last_visited = visit.insn;
    static_cast<void>(rules.check(visit));  // kept by the rules
    return {};
  };
  const base::Result<ebpf::VerifiedProgram> verified = ebpf::verify(program, options);
  append(result.refusals, rules.refusals());
  if (!verified) {
    result.refusals.push_back(verifier_refusal(program, last_visited, verified.error()));
    return result;
  }
  result.facts = rules.finish(*verified);
  append(result.refusals, limit_refusals(*result.facts, capability));
  return result;
}

}  // namespace offload
