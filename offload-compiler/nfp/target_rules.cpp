// Two dialects of the rules, side by side.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/nfp/target_rules.h"

#include "offload-compiler/nfp/location.h"

namespace offload {

TargetRules::TargetRules(const ebpf::Program& program, const firmware::Capability& capability,
                         const RuleOptions& options)
    : program_(program),
      driver_(program, capability, options.fix_defects ? Dialect::kFixed : Dialect::kDriver) {
  if (options.relaxed) relaxed_.emplace(program, capability, Dialect::kRelaxed);
}

// What the relaxed rules refuse counts once the driver is left behind, and then what they refused before as well.
base::Result<void> TargetRules::check(const ebpf::Visit& visit) {
  base::Result<void> said = driver_.check(visit);
  if (!relaxed_) return said;
  static_cast<void>(relaxed_->check(visit));  // kept by the rules
  if (!goes_on_without_driver() || relaxed_->refusals().empty()) return {};
  return to_error(program_, relaxed_->refusals().front());
}

const std::vector<Diagnostic>& TargetRules::refusals() const {
  return goes_on_without_driver() ? relaxed_->refusals() : driver_.refusals();
}

ProgramFacts TargetRules::finish(const ebpf::VerifiedProgram& verified) {
  if (!goes_on_without_driver()) return driver_.finish(verified);
  ProgramFacts facts = relaxed_->finish(verified);
  facts.waived = driver_.refusals();
  return facts;
}

}  // namespace offload
