// Which known defects of the reference lowering a compiled program reaches.
// SPDX-License-Identifier: Apache-2.0
//
//   std::vector<Diagnostic> defects = find_defects(plan, lowered, capability);
#pragma once

#include <cstdint>
#include <vector>

#include "fpc/firmware/capability.h"
#include "offload-compiler/codegen/lower.h"
#include "offload-compiler/defect.h"
#include "offload-compiler/diagnostic.h"
#include "offload-compiler/passes/plan.h"

namespace offload {

Diagnostic diagnostic_of(Defect defect, uint32_t insn);

// One for each instruction and defect, in program order, without those that the plan's lowering corrected. `plan` is what
// `lowered` was made of.
std::vector<Diagnostic> find_defects(const Plan& plan, const Lowered& lowered,
                                     const firmware::Capability& capability);

}  // namespace offload
