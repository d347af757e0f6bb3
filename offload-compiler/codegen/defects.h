// Warnings about defects of the reference lowering that a compiled program contains.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "fpc/firmware/capability.h"
#include "offload-compiler/codegen/lower.h"
#include "offload-compiler/passes/plan.h"

namespace offload {

// One line for each instruction and defect, in program order: "insn 5: B1: effect (file.c:12: source)".
// `plan` is what `lowered` was made of.
std::vector<std::string> describe_defects(const Plan& plan, const Lowered& lowered,
                                          const firmware::Capability& capability);

}  // namespace offload
