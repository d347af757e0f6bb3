// Turns negative immediates into positive ones where the operation has an opposite: small ones are free.
// SPDX-License-Identifier: Apache-2.0
//
// before: r1 += -4                 after: r1 -= 4
//         if r1 s< -5 goto A              if r1 s< -(5) goto A   (negated_compare: adds 5)
//
// requires: nothing
// ensures:  ADD and SUB, and comparisons that need no swapped operands, have no negative immediate;
//           INT32_MIN stays what it is (defect B1)
#include <climits>

#include "offload-compiler/nfp/opcode.h"
#include "offload-compiler/passes/passes.h"

namespace offload {
namespace {

// JGE, JLT and their signed forms subtract the immediate from the register; the others swap
// operands or test bits.
bool compares_in_order(const ebpf::Insn& insn) {
  switch (operation(insn)) {
    case BPF_JGE:
    case BPF_JSGE:
    case BPF_JLT:
    case BPF_JSLT:
      return is_jump_class(insn);
    default:
      return false;
  }
}

int32_t negate(int32_t value) { return static_cast<int32_t>(0 - static_cast<uint32_t>(value)); }

bool adds_or_subtracts(const ebpf::Insn& insn) {
  return is_alu(insn) && (operation(insn) == BPF_ADD || operation(insn) == BPF_SUB);
}

}  // namespace

bool negation_overflows(const ebpf::Insn& insn) {
  if (insn.imm != INT_MIN || has_register_source(insn)) return false;
  if (adds_or_subtracts(insn)) return is_alu64(insn);
  const bool is_signed = operation(insn) == BPF_JSGE || operation(insn) == BPF_JSLT;
  return compares_in_order(insn) && (insn_class(insn) == BPF_JMP || is_signed);
}

void negate_immediates(Plan& plan) {
  for (PlannedInsn& planned : plan.insns) {
    ebpf::Insn& insn = planned.insn;
    if (planned.skip != Skip::kNo || insn.imm >= 0 || has_register_source(insn)) continue;
    if (plan.fixes(Defect::kNegation) && negation_overflows(insn)) continue;
    if (compares_in_order(insn)) {
      planned.negated_compare = true;
      insn.imm = negate(insn.imm);
    } else if (adds_or_subtracts(insn)) {
      insn.opcode = static_cast<uint8_t>(insn.opcode ^ (BPF_ADD ^ BPF_SUB));
      insn.imm = negate(insn.imm);
    }
  }
}

}  // namespace offload
