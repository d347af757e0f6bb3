// Random instructions of a row: every field and operand form that the row's format can hold.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/rng.h"
#include "fpc/isa.h"

namespace fpc {

// An instruction that encodes, as a code generator would build it (Insn::swap is false).
Insn random_insn(const InsnSpec& row, base::Rng& rng);

}  // namespace fpc
