// Lowering of multiplication, and of division by multiplication with a reciprocal.
// SPDX-License-Identifier: Apache-2.0
#include <bit>

#include "offload-compiler/codegen/lowering.h"
#include "offload-compiler/codegen/reciprocal.h"
#include "offload-compiler/nfp/opcode.h"
#include "offload-compiler/nfp/refusal.h"

namespace offload {
namespace {

using fpc::gpr_a;
using fpc::gpr_b;
using fpc::Op;

constexpr uint64_t kMax16 = 0xffff, kMax32 = 0xffff'ffff;

void multiply_16x16(Emitter& out, fpc::Operand a, fpc::Operand b, unsigned product) {
  out.multiply_step(Op::kMulStart, a, b);
  out.multiply_step(Op::kMul16x16Step1, a, b);
  out.multiply_step(Op::kMul16x16Step2, a, b);
  out.multiply_result(Op::kMul16x16Last, both(product));
}

void start_32x32(Emitter& out, fpc::Operand a, fpc::Operand b) {
  for (const Op step : {Op::kMulStart, Op::kMul32x32Step1, Op::kMul32x32Step2, Op::kMul32x32Step3,
                        Op::kMul32x32Step4})
    out.multiply_step(step, a, b);
}

// Bits 63:32 of a product.
void multiply_high(Emitter& out, fpc::Operand a, fpc::Operand b, unsigned product) {
  start_32x32(out, a, b);
  out.multiply_result(Op::kMul32x32Last, fpc::none());
  out.multiply_result(Op::kMul32x32Last2, both(product));
}

// Quotients above half of the range are 0 or 1.
void divide_by_large(Emitter& out, unsigned dst, uint32_t divisor) {
  const fpc::Operand operand = out.operand(divisor, kScratchB);
  out.alu(fpc::none(), gpr_a(dst), Op::kAluSub, operand);
  out.immediate(kScratchA, 0);
  out.alu(both(dst), kScratchA, Op::kAluAddCarry, fpc::imm(0));
}

// An amount of 0 would be indirect (defect B3).
void shift_down(Lowering& lowering, unsigned gpr, unsigned amount) {
  if (amount == 0 && lowering.plan.fixes(Defect::kDivisionShift)) return;
  lowering.out.shift(both(gpr), gpr_a(gpr), shift_right(amount));
}

void divide_wide(Lowering& lowering, unsigned dst, fpc::Operand multiplier, unsigned post_shift) {
  Emitter& out = lowering.out;
  multiply_high(out, gpr_a(dst), multiplier, kScratch);
  out.alu(both(dst), gpr_a(dst), Op::kAluSub, kScratchB);
  shift_down(lowering, dst, 1);
  out.alu(both(dst), gpr_a(dst), Op::kAluAdd, kScratchB);
  shift_down(lowering, dst, post_shift - 1);
}

void divide_by_constant(Lowering& lowering, unsigned dst, uint32_t divisor) {
  Emitter& out = lowering.out;
  if (divisor > kMaxReciprocal) return divide_by_large(out, dst, divisor);
  const Reciprocal r = reciprocal_of(divisor);
  const fpc::Operand multiplier = out.operand(r.multiplier, kScratchB);
  if (std::has_single_bit(divisor)) return shift_down(lowering, dst, r.log2);
  if (r.wide) return divide_wide(lowering, dst, multiplier, r.post_shift);
  if (r.pre_shift > 0) shift_down(lowering, dst, r.pre_shift);
  multiply_high(out, gpr_a(dst), multiplier, dst);
  shift_down(lowering, dst, r.post_shift);
}

}  // namespace

void lower_multiply(Lowering& lowering, const PlannedInsn& planned) {
  const ebpf::Insn& insn = planned.insn;
  Emitter& out = lowering.out;
  const unsigned dst = low(insn.dst);
  const auto value = static_cast<uint32_t>(insn.imm);
  const uint64_t largest = has_register_source(insn) ? planned.facts.src.max : value;
  const fpc::Operand factor =
      has_register_source(insn) ? gpr_b(low(insn.src)) : out.operand(value, kScratchB);
  if (planned.facts.dst.max <= kMax16 && largest <= kMax16)
    return multiply_16x16(out, gpr_a(dst), factor, dst);
  start_32x32(out, gpr_a(dst), factor);
  out.multiply_result(Op::kMul32x32Last, both(dst));
  if (is_alu64(insn)) {
    out.multiply_result(Op::kMul32x32Last2, both(high(insn.dst)));
  } else {
    out.immediate(both(high(insn.dst)), 0);
  }
}

void lower_divide(Lowering& lowering, const PlannedInsn& planned) {
  const ebpf::Insn& insn = planned.insn;
  const uint64_t divisor =
      has_register_source(insn) ? planned.facts.src.min : static_cast<uint32_t>(insn.imm);
  const unsigned dst = low(insn.dst);
  if (divisor == 0 || divisor > kMax32)
    return lowering.out.refuse(refusal<Rule::kDivision>(divisor, kMax32));
  divide_by_constant(lowering, dst, static_cast<uint32_t>(divisor));
}

}  // namespace offload
