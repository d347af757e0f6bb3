// Verification of a program under the rules of the card's driver.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "fpc/firmware/capability.h"
#include "offload-compiler/diagnostic.h"
#include "offload-compiler/ebpf/program.h"
#include "offload-compiler/nfp/facts.h"
#include "offload-compiler/nfp/target_rules.h"

namespace offload {

// Facts as the driver records them in a kernel. Errors are the verifier's, or the first refusal of rules and limits.
base::Result<ProgramFacts> verify_for_card(const ebpf::Program& program,
                                           const firmware::Capability& capability,
                                           const RuleOptions& rules = {});

// The same with every value on every path: the kernel's verifier skips paths whose values it does not need, and the driver then
// misses them. Gives up (kOutOfRange) earlier, for it explores more.
base::Result<ProgramFacts> verify_exactly(const ebpf::Program& program,
                                          const firmware::Capability& capability,
                                          const RuleOptions& rules = {});

struct Examination {
  std::vector<Diagnostic> refusals;   // of kind, rules, verifier and limits, as they were met
  std::optional<ProgramFacts> facts;  // none when the verifier refuses the program
};

// Goes on where the driver stops, and finds everything that it would refuse.
Examination examine_for_card(const ebpf::Program& program, const firmware::Capability& capability);

}  // namespace offload
