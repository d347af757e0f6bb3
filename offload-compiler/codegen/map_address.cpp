// Addresses within map values.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/codegen/map_address.h"

namespace offload {

using fpc::gpr_a;
using fpc::gpr_b;
using fpc::Op;

// The driver adds negative offsets as well, whose carry counts 256 bytes (defect B7).
Displacement displacement_of(const Plan& plan, int16_t off) {
  const int32_t distance = off;
  if (distance < 0 && plan.fixes(Defect::kNegativeOffset))
    return {static_cast<uint32_t>(-distance), Op::kAluSub, Op::kAluSubCarry};
  return {static_cast<uint32_t>(distance), Op::kAluAdd, Op::kAluAddCarry};
}

MapAddress map_address(Lowering& lowering, unsigned base, int16_t off) {
  Emitter& out = lowering.out;
  if (off == 0) return {gpr_a(low(base)), gpr_b(high(base))};
  const Displacement by = displacement_of(lowering.plan, off);
  const fpc::Operand distance = out.restricted_operand(by.bytes, kScratchB);
  out.alu(kScratchA, gpr_a(low(base)), by.low_half, distance);
  out.alu(kScratchB, gpr_b(high(base)), by.high_half, fpc::imm(0));
  return {kScratchA, kScratchB};
}

}  // namespace offload
