// The rules that a target puts a program under: the driver's, and where the target is relaxed, ours for what the driver refuses.
// SPDX-License-Identifier: Apache-2.0
//
// Used like Rules. A program that the driver takes has the driver's facts. One that goes on without the driver has facts for correct
// code, since no card shares the driver's defects with it, and ProgramFacts::waived says what the driver refuses.
#pragma once

#include <optional>
#include <vector>

#include "offload-compiler/nfp/rules.h"

namespace offload {

struct RuleOptions {
  bool fix_defects = false;  // also look at what the driver overlooks and correct code needs
  bool relaxed = false;      // let global data and stores to map values pass
};

class TargetRules {
 public:
  // Both outlive the rules.
  TargetRules(const ebpf::Program& program, const firmware::Capability& capability,
              const RuleOptions& options);

  base::Result<void> check(const ebpf::Visit& visit);
  // What ends verification, as it came.
  const std::vector<Diagnostic>& refusals() const;
  ProgramFacts finish(const ebpf::VerifiedProgram& verified);

 private:
  bool goes_on_without_driver() const { return relaxed_ && !driver_.refusals().empty(); }

  const ebpf::Program& program_;
  Rules driver_;
  std::optional<Rules> relaxed_;
};

}  // namespace offload
