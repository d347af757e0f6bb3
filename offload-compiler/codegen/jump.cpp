// Lowering of jumps: comparisons of both halves and the branch on their condition codes.
// SPDX-License-Identifier: Apache-2.0
#include <cassert>
#include <utility>

#include "offload-compiler/codegen/defect_conditions.h"
#include "offload-compiler/codegen/lowering.h"
#include "offload-compiler/nfp/opcode.h"

namespace offload {
namespace {

using fpc::gpr_a;
using fpc::gpr_b;
using fpc::Op;

// How an ordering is decided by a subtraction.
struct Ordering {
  Op branch;
  bool swapped;  // right - left
};

Ordering ordering_of(const ebpf::Insn& insn) {
  switch (operation(insn)) {
    case BPF_JGT:
      return {Op::kBcc, true};
    case BPF_JGE:
      return {Op::kBcs, false};
    case BPF_JLT:
      return {Op::kBcc, false};
    case BPF_JLE:
      return {Op::kBcs, true};
    case BPF_JSGT:
      return {Op::kBlt, true};
    case BPF_JSGE:
      return {Op::kBge, false};
    case BPF_JSLT:
      return {Op::kBlt, false};
    default:
      assert(operation(insn) == BPF_JSLE);
      return {Op::kBge, true};
  }
}

bool is_wide(const ebpf::Insn& insn) { return insn_class(insn) == BPF_JMP; }
uint32_t low_half(int32_t imm) { return static_cast<uint32_t>(imm); }
uint32_t high_half(int32_t imm) { return imm < 0 ? ~uint32_t{0} : 0; }

void order_by_constant(Lowering& lowering, const PlannedInsn& planned) {
  const ebpf::Insn& insn = planned.insn;
  const Ordering ordering = ordering_of(insn);
  Emitter& out = lowering.out;
  const auto compare = [&](unsigned gpr, Op op, uint32_t value) {
    const fpc::Operand operand = out.operand(value, kScratchB);
    const fpc::Operand reg = gpr_a(gpr);
    ordering.swapped ? out.alu(fpc::none(), operand, op, reg)
                     : out.alu(fpc::none(), reg, op, operand);
  };
  const bool adds = planned.negated_compare;
  compare(low(insn.dst), adds ? Op::kAluAdd : Op::kAluSub, low_half(insn.imm));
  if (is_wide(insn))
    compare(high(insn.dst), adds ? Op::kAluAddCarry : Op::kAluSubCarry, high_half(insn.imm));
  lowering.branch_to(ordering.branch, planned.target);
}

void order_by_register(Lowering& lowering, const PlannedInsn& planned) {
  const ebpf::Insn& insn = planned.insn;
  const Ordering ordering = ordering_of(insn);
  const unsigned left = ordering.swapped ? insn.src : insn.dst;
  const unsigned right = ordering.swapped ? insn.dst : insn.src;
  Emitter& out = lowering.out;
  out.alu(fpc::none(), gpr_a(low(left)), Op::kAluSub, gpr_b(low(right)));
  if (is_wide(insn)) out.alu(fpc::none(), gpr_a(high(left)), Op::kAluSubCarry, gpr_b(high(right)));
  lowering.branch_to(ordering.branch, planned.target);
}

// Both halves' differences joined, so that one branch decides.
void equal_to_constant(Lowering& lowering, const PlannedInsn& planned) {
  const ebpf::Insn& insn = planned.insn;
  Emitter& out = lowering.out;
  if (!is_wide(insn)) {
    const fpc::Operand operand = out.operand(low_half(insn.imm), kScratchB);
    out.alu(fpc::none(), gpr_a(low(insn.dst)), Op::kAluXor, operand);
    return lowering.branch_to(Op::kBeq, planned.target);
  }
  fpc::Operand low_difference = gpr_a(low(insn.dst));
  fpc::Operand high_difference = gpr_b(high(insn.dst));
  if (const uint32_t value = low_half(insn.imm); value != 0) {
    const fpc::Operand operand = out.operand(value, kScratchB);
    out.alu(kScratchA, gpr_a(low(insn.dst)), Op::kAluXor, operand);
    low_difference = kScratchA;
  }
  if (const uint32_t value = high_half(insn.imm); value != 0) {
    const fpc::Operand operand = out.operand(value, kScratchB);
    out.alu(kScratchB, gpr_a(high(insn.dst)), Op::kAluXor, operand);
    high_difference = kScratchB;
  }
  out.alu(fpc::none(), low_difference, Op::kAluOr, high_difference);
  lowering.branch_to(Op::kBeq, planned.target);
}

void equal_to_register(Lowering& lowering, const PlannedInsn& planned) {
  const ebpf::Insn& insn = planned.insn;
  Emitter& out = lowering.out;
  out.alu(kScratchA, gpr_a(low(insn.dst)), Op::kAluXor, gpr_b(low(insn.src)));
  if (is_wide(insn)) {
    out.alu(kScratchB, gpr_a(high(insn.dst)), Op::kAluXor, gpr_b(high(insn.src)));
    out.alu(fpc::none(), kScratchA, Op::kAluOr, kScratchB);
  }
  lowering.branch_to(Op::kBeq, planned.target);
}

void different_from_constant(Lowering& lowering, const PlannedInsn& planned) {
  const ebpf::Insn& insn = planned.insn;
  Emitter& out = lowering.out;
  if (insn.imm == 0) {
    if (is_wide(insn)) {
      out.alu(fpc::none(), gpr_a(low(insn.dst)), Op::kAluOr, gpr_b(high(insn.dst)));
    } else {
      out.move(fpc::none(), gpr_b(low(insn.dst)));
    }
    return lowering.branch_to(Op::kBne, planned.target);
  }
  const auto test = [&](unsigned gpr, uint32_t value) {
    const fpc::Operand operand = out.operand(value, kScratchB);
    out.alu(fpc::none(), gpr_a(gpr), Op::kAluXor, operand);
    lowering.branch_to(Op::kBne, planned.target);
  };
  test(low(insn.dst), low_half(insn.imm));
  if (is_wide(insn)) test(high(insn.dst), high_half(insn.imm));
}

// A negative mask has all bits of the upper half: any set bit there counts.
void bits_of_constant(Lowering& lowering, const PlannedInsn& planned) {
  const ebpf::Insn& insn = planned.insn;
  Emitter& out = lowering.out;
  const fpc::Operand operand = out.operand(low_half(insn.imm), kScratchB);
  out.alu(kScratchB, gpr_a(low(insn.dst)), Op::kAluAnd, operand);
  if (is_wide(insn) && insn.imm < 0)
    out.alu(fpc::none(), gpr_a(high(insn.dst)), Op::kAluOr, kScratchB);
  lowering.branch_to(Op::kBne, planned.target);
}

void test_by_register(Lowering& lowering, const PlannedInsn& planned, Op op) {
  const ebpf::Insn& insn = planned.insn;
  lowering.out.alu(fpc::none(), gpr_a(low(insn.dst)), op, gpr_b(low(insn.src)));
  lowering.branch_to(Op::kBne, planned.target);
  if (!is_wide(insn)) return;
  lowering.out.alu(fpc::none(), gpr_a(high(insn.dst)), op, gpr_b(high(insn.src)));
  lowering.branch_to(Op::kBne, planned.target);
}

// The same comparison of r10 such that scratch registers, of which it is a pair here, are read before they are written: with a
// constant by the lower half, for the upper one is 0; for equality as the right operand.
PlannedInsn on_frame_pointer(PlannedInsn planned) {
  ebpf::Insn& insn = planned.insn;
  if (!has_register_source(insn)) {
    insn.opcode = static_cast<uint8_t>(BPF_JMP32 | (insn.opcode & ~BPF_CLASS(0xff)));
  } else if (operation(insn) == BPF_JEQ) {
    if (insn.dst == BPF_REG_10) std::swap(insn.dst, insn.src);
  }
  return planned;
}

void branch_on(Lowering& lowering, const PlannedInsn& planned) {
  const bool by_register = has_register_source(planned.insn);
  switch (operation(planned.insn)) {
    case BPF_JA:
      return lowering.branch_to(Op::kBr, planned.target);
    case BPF_JEQ:
      return by_register ? equal_to_register(lowering, planned)
                         : equal_to_constant(lowering, planned);
    case BPF_JNE:
      return by_register ? test_by_register(lowering, planned, Op::kAluXor)
                         : different_from_constant(lowering, planned);
    case BPF_JSET:
      return by_register ? test_by_register(lowering, planned, Op::kAluAnd)
                         : bits_of_constant(lowering, planned);
    default:
      return by_register ? order_by_register(lowering, planned)
                         : order_by_constant(lowering, planned);
  }
}

}  // namespace

void lower_jump(Lowering& lowering, const PlannedInsn& planned) {
  const bool of_frame_pointer = uses_frame_pointer_value(planned.insn);
  if (!of_frame_pointer || !lowering.plan.fixes(Defect::kFramePointer))
    return branch_on(lowering, planned);
  lowering.supply_frame_pointer(planned.insn);
  branch_on(lowering, on_frame_pointer(planned));
}

}  // namespace offload
