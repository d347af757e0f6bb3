// Lowering of additions, logic, moves, negation, byte swaps and 64-bit constants.
// SPDX-License-Identifier: Apache-2.0
#include <cassert>

#include "offload-compiler/codegen/lowering.h"
#include "offload-compiler/nfp/opcode.h"

namespace offload {
namespace {

using fpc::gpr_a;
using fpc::gpr_b;
using fpc::Op;

// The operation on a low half, and the one that carries into the high half.
struct Operation {
  Op low_half, high_half;
};

Operation operation_of(const ebpf::Insn& insn) {
  switch (operation(insn)) {
    case BPF_ADD:
      return {Op::kAluAdd, Op::kAluAddCarry};
    case BPF_SUB:
      return {Op::kAluSub, Op::kAluSubCarry};
    case BPF_AND:
      return {Op::kAluAnd, Op::kAluAnd};
    case BPF_OR:
      return {Op::kAluOr, Op::kAluOr};
    default:
      assert(operation(insn) == BPF_XOR);
      return {Op::kAluXor, Op::kAluXor};
  }
}

// Constants that make a logic operation trivial. True when that was all.
bool trivial_logic(Lowering& lowering, unsigned gpr, Op op, uint32_t value) {
  const bool zero = value == 0, ones = value == ~uint32_t{0};
  switch (op) {
    case Op::kAluAnd:
      if (zero) lowering.out.immediate(both(gpr), 0);
      return zero || ones;
    case Op::kAluOr:
      if (ones) lowering.out.constant(both(gpr), value);
      return zero || ones;
    case Op::kAluXor:
      if (ones) lowering.out.alu(both(gpr), fpc::none(), Op::kAluNotB, gpr_b(gpr));
      return zero || ones;
    default:
      return false;
  }
}

void half_with_constant(Lowering& lowering, unsigned gpr, Op op, uint32_t value) {
  if (trivial_logic(lowering, gpr, op, value)) return;
  const fpc::Operand operand = lowering.out.operand(value, kScratchB);
  lowering.out.alu(both(gpr), gpr_a(gpr), op, operand);
}

void lower_binary(Lowering& lowering, const PlannedInsn& planned) {
  const ebpf::Insn& insn = planned.insn;
  const Operation op = operation_of(insn);
  const unsigned dst_low = low(insn.dst), dst_high = high(insn.dst);
  const auto value = static_cast<uint64_t>(int64_t{insn.imm});
  Emitter& out = lowering.out;
  if (has_register_source(insn)) {
    out.alu(both(dst_low), gpr_a(dst_low), op.low_half, gpr_b(low(insn.src)));
  } else {
    half_with_constant(lowering, dst_low, op.low_half, static_cast<uint32_t>(value));
  }
  if (!is_alu64(insn)) {
    lowering.zero_extend(planned, insn.dst);
  } else if (has_register_source(insn)) {
    out.alu(both(dst_high), gpr_a(dst_high), op.high_half, gpr_b(high(insn.src)));
  } else {
    half_with_constant(lowering, dst_high, op.high_half, static_cast<uint32_t>(value >> 32));
  }
}

void lower_move(Lowering& lowering, const PlannedInsn& planned) {
  const ebpf::Insn& insn = planned.insn;
  const unsigned dst_low = low(insn.dst), dst_high = high(insn.dst);
  Emitter& out = lowering.out;
  if (!has_register_source(insn)) {
    out.constant(both(dst_low), static_cast<uint32_t>(insn.imm));
    out.constant(both(dst_high), is_alu64(insn) && insn.imm < 0 ? ~uint32_t{0} : 0);
  } else if (!is_alu64(insn)) {
    out.move(both(dst_low), gpr_b(low(insn.src)));
    out.immediate(both(dst_high), 0);
  } else if (insn.src == BPF_REG_10) {
    const fpc::Operand depth = out.operand(lowering.frame_bytes, kScratchB);
    out.alu(both(dst_low), kStackBase, Op::kAluAdd, depth);
    out.immediate(both(dst_high), 0);
  } else {
    out.move(both(dst_low), gpr_b(low(insn.src)));
    out.move(both(dst_high), gpr_b(high(insn.src)));
  }
}

void lower_negate(Lowering& lowering, const PlannedInsn& planned) {
  const ebpf::Insn& insn = planned.insn;
  const unsigned dst_low = low(insn.dst), dst_high = high(insn.dst);
  lowering.out.alu(both(dst_low), fpc::imm(0), Op::kAluSub, gpr_b(dst_low));
  if (is_alu64(insn)) {
    lowering.out.alu(both(dst_high), fpc::imm(0), Op::kAluSubCarry, gpr_b(dst_high));
  } else {
    lowering.zero_extend(planned, insn.dst);
  }
}

constexpr unsigned kAllBytes = 0b1111, kEvenBytes = 0b0101;

// dst = the bytes of `from` in reverse; `from` may be dst.
void reverse_bytes(Emitter& out, unsigned dst, fpc::Operand from) {
  out.field(both(dst), kAllBytes, from, rotate_right(8));
  out.field(both(dst), kEvenBytes, gpr_a(dst), rotate_right(16));
}

void lower_to_big_endian(Lowering& lowering, const PlannedInsn& planned) {
  const unsigned dst_low = low(planned.insn.dst), dst_high = high(planned.insn.dst);
  Emitter& out = lowering.out;
  switch (planned.insn.imm) {
    case 16:
      out.field(both(dst_low), 0b1001, gpr_b(dst_low), rotate_right(8));
      out.field(both(dst_low), 0b1110, gpr_a(dst_low), shift_right(16));
      out.immediate(both(dst_high), 0);
      break;
    case 32:
      reverse_bytes(out, dst_low, gpr_a(dst_low));
      out.immediate(both(dst_high), 0);
      break;
    default:
      out.move(kScratchA, gpr_b(dst_high));
      reverse_bytes(out, dst_high, gpr_a(dst_low));
      reverse_bytes(out, dst_low, kScratchA);
  }
}

}  // namespace

void lower_alu(Lowering& lowering, const PlannedInsn& insn) {
  switch (operation(insn.insn)) {
    case BPF_MOV:
      return lower_move(lowering, insn);
    case BPF_NEG:
      return lower_negate(lowering, insn);
    case BPF_END:
      return lower_to_big_endian(lowering, insn);
    case BPF_LSH:
    case BPF_RSH:
    case BPF_ARSH:
      return lower_shift(lowering, insn);
    case BPF_MUL:
      return lower_multiply(lowering, insn);
    case BPF_DIV:
      return lower_divide(lowering, insn);
    default:
      return lower_binary(lowering, insn);
  }
}

void lower_load_imm64(Lowering& lowering, const PlannedInsn& low_half,
                      const PlannedInsn& high_half) {
  const unsigned dst = low_half.insn.dst;
  if (low_half.insn.src == BPF_PSEUDO_MAP_VALUE) {
    lowering.out.constant(both(low(dst)), static_cast<uint32_t>(high_half.insn.imm));
    return lowering.out.table_page(both(high(dst)), static_cast<uint32_t>(low_half.insn.imm));
  }
  lowering.out.constant(both(low(dst)), static_cast<uint32_t>(low_half.insn.imm));
  if (low_half.insn.imm == high_half.insn.imm) {
    lowering.out.move(both(high(dst)), gpr_a(low(dst)));
  } else {
    lowering.out.constant(both(high(dst)), static_cast<uint32_t>(high_half.insn.imm));
  }
}

}  // namespace offload
