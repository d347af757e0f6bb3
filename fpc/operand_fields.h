// Operands to the bits of a field, with the reason when the field cannot hold them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "fpc/insn.h"
#include "fpc/operand_bits.h"

namespace fpc {

// What an operand field of a format offers.
struct FieldOffer {
  OperandWidth width;
  Bank bank;                 // of the registers that it names
  unsigned lm_indices = 4;   // 2 without a lmextn bit
  unsigned constants = 256;  // constants below this
};

base::Result<unsigned> source_field(const Operand& operand, const FieldOffer& offer);
base::Result<unsigned> destination_field(const Operand& operand, const FieldOffer& offer);

}  // namespace fpc
