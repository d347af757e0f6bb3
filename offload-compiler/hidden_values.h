// Finds instructions whose code on a card is wrong for values that the kernel's verifier never shows to the driver.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "fpc/firmware/capability.h"
#include "offload-compiler/codegen/lower.h"
#include "offload-compiler/passes/plan.h"

namespace offload {

// One warning for each instruction that all values of all paths would lower otherwise than `lowered`, which `plan` was lowered
// to, or that they would have refused. Empty as well when the exploration of all values takes too long.
std::vector<std::string> describe_hidden_values(const Plan& plan, const Lowered& lowered,
                                                const firmware::Capability& capability);

}  // namespace offload
