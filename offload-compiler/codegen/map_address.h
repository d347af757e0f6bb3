// The 40-bit address of what a map value has at an offset: two registers, high << 8 plus low.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "offload-compiler/codegen/lowering.h"

namespace offload {

// What leads from a pointer to the access: bytes to add, or to subtract, and the operation that carries into the upper half.
struct Displacement {
  uint32_t bytes;
  fpc::Op low_half, high_half;
};
Displacement displacement_of(const Plan& plan, int16_t off);

struct MapAddress {
  fpc::Operand low, high;
};
// Of `off` bytes behind the pointer in an eBPF register; spends the scratch registers unless `off` is 0.
MapAddress map_address(Lowering& lowering, unsigned base, int16_t off);

}  // namespace offload
