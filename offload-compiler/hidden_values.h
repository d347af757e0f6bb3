// Finds instructions whose code on a card is wrong for values that the kernel's verifier never shows to the driver.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "fpc/firmware/capability.h"
#include "offload-compiler/codegen/lower.h"
#include "offload-compiler/diagnostic.h"
#include "offload-compiler/passes/plan.h"

namespace offload {

// One diagnostic for each instruction that all values of all paths would lower otherwise than `lowered`, which `plan` was
// lowered to, or for the first that they would have refused; and the defects that an instruction has for all values.
// Empty as well when the exploration of all values takes too long.
std::vector<Diagnostic> find_hidden_values(const Plan& plan, const Lowered& lowered,
                                           const firmware::Capability& capability);

// Widens what steers arithmetic, atomic additions and xdp_adjust_head in `facts` by the values that the kernel's verifier hides,
// so that the lowering is right for them. Otherwise `facts` stay as they are, and the reason comes back.
std::optional<Diagnostic> reveal_hidden_values(const ebpf::Program& program,
                                               const firmware::Capability& capability,
                                               ProgramFacts& facts);

}  // namespace offload
