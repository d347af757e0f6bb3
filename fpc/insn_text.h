// The text of an instruction up to its modifiers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "fpc/insn.h"

namespace fpc {

// "alu[gprA_0, --, B, gprB_1]" of "alu[gprA_0, --, B, gprB_1], gpr_wrboth".
std::string insn_text(const Insn& insn);

}  // namespace fpc
