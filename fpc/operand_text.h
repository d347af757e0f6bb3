// Operands as text, in the spelling of objdump.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "fpc/insn.h"

namespace fpc {

// "gprA_3", "@gprB_100", "$xfer_7", "*$index++", "n$reg_5", "*n$index", "*l$index1[2]", "0x1f",
// "--".
std::string to_text(const Operand& operand);

}  // namespace fpc
