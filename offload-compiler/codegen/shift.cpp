// Lowering of shifts: by constants, and by registers as far as their range is known.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/codegen/defect_conditions.h"
#include "offload-compiler/codegen/lowering.h"
#include "offload-compiler/nfp/opcode.h"
#include "offload-compiler/nfp/refusal.h"

namespace offload {
namespace {

using fpc::gpr_a;
using fpc::gpr_b;
using fpc::Op;

// One 64-bit shift: its parts below and from 32 on, which the unknown count joins.
struct Registers {
  unsigned dst_low, dst_high, count;
};

// Makes a register's value the amount of the shift that follows; `exposed` is what asr takes its
// fill bit from.
void set_amount(Emitter& out, unsigned count, fpc::Operand exposed = fpc::imm(0)) {
  out.alu(fpc::none(), gpr_a(count), Op::kAluOr, exposed);
}

// --- by a constant 1..63
// ----------------------------------------------------------------------------------------------

void left_constant(Emitter& out, const Registers& r, unsigned n) {
  if (n < 32) {
    out.double_shift_right(both(r.dst_high), gpr_a(r.dst_high), gpr_b(r.dst_low), 32 - n);
    out.shift(both(r.dst_low), gpr_b(r.dst_low), shift_left(n));
  } else {
    if (n == 32) {
      out.move(both(r.dst_high), gpr_b(r.dst_low));
    } else {
      out.shift(both(r.dst_high), gpr_b(r.dst_low), shift_left(n - 32));
    }
    out.immediate(both(r.dst_low), 0);
  }
}

void right_constant(Emitter& out, const Registers& r, unsigned n) {
  if (n < 32) {
    out.double_shift_right(both(r.dst_low), gpr_a(r.dst_high), gpr_b(r.dst_low), n);
    out.shift(both(r.dst_high), gpr_b(r.dst_high), shift_right(n));
  } else {
    if (n == 32) {
      out.move(both(r.dst_low), gpr_b(r.dst_high));
    } else {
      out.shift(both(r.dst_low), gpr_b(r.dst_high), shift_right(n - 32));
    }
    out.immediate(both(r.dst_high), 0);
  }
}

void arithmetic_constant(Emitter& out, const Registers& r, unsigned n) {
  if (n < 32) {
    out.double_shift_right(both(r.dst_low), gpr_a(r.dst_high), gpr_b(r.dst_low), n);
    out.alu(fpc::none(), gpr_a(r.dst_high), Op::kAluOr, fpc::imm(0));
    out.arithmetic_shift_right(both(r.dst_high), gpr_b(r.dst_high), n);
    return;
  }
  if (n == 32) {
    out.move(both(r.dst_low), gpr_b(r.dst_high));
  } else {
    out.alu(fpc::none(), gpr_a(r.dst_high), Op::kAluOr, fpc::imm(0));
    out.arithmetic_shift_right(both(r.dst_low), gpr_b(r.dst_high), n - 32);
  }
  out.arithmetic_shift_right(both(r.dst_high), gpr_b(r.dst_high), 31);
}

// --- by a register: the halves of a count below 32, and a count from 32 on
// ----------------------------------------------

void left_below_32_high(Emitter& out, const Registers& r) {
  out.alu(both(kScratch), fpc::imm(32), Op::kAluSub, gpr_b(r.count));
  set_amount(out, kScratch);
  out.double_shift_right(both(r.dst_high), gpr_a(r.dst_high), gpr_b(r.dst_low));
}
void left_below_32_low(Emitter& out, const Registers& r) {
  set_amount(out, r.count);
  out.shift(both(r.dst_low), gpr_b(r.dst_low), kIndirectLeft);
}
void left_from_32(Emitter& out, const Registers& r) {
  set_amount(out, r.count);
  out.shift(both(r.dst_high), gpr_b(r.dst_low), kIndirectLeft);
  out.immediate(both(r.dst_low), 0);
}

void right_below_32_low(Emitter& out, const Registers& r) {
  set_amount(out, r.count);
  out.double_shift_right(both(r.dst_low), gpr_a(r.dst_high), gpr_b(r.dst_low));
}
void right_below_32_high(Emitter& out, const Registers& r) {
  set_amount(out, r.count);
  out.shift(both(r.dst_high), gpr_b(r.dst_high), kIndirectRight);
}
void right_from_32(Emitter& out, const Registers& r) {
  set_amount(out, r.count);
  out.shift(both(r.dst_low), gpr_b(r.dst_high), kIndirectRight);
  out.immediate(both(r.dst_high), 0);
}

void arithmetic_below_32_high(Emitter& out, const Registers& r) {
  set_amount(out, r.count, gpr_b(r.dst_high));
  out.arithmetic_shift_right(both(r.dst_high), gpr_b(r.dst_high));
}
void arithmetic_from_32(Emitter& out, const Registers& r) {
  set_amount(out, r.count, gpr_b(r.dst_high));
  out.arithmetic_shift_right(both(r.dst_low), gpr_b(r.dst_high));
  out.arithmetic_shift_right(both(r.dst_high), gpr_b(r.dst_high), 31);
}

using Part = void (*)(Emitter&, const Registers&);
struct Direction {
  void (*constant)(Emitter&, const Registers&, unsigned);
  Part below_32_first;
  unsigned first_words;
  Part below_32_second;
  Part from_32;
};
constexpr unsigned kSecondWords = 2, kFrom32Words = 3, kGuardWords = 2;

// How a run-time count is taken.
struct Count {
  ValueRange range;
  bool guarded;  // a count of 0 below 32 leaves everything as it is
};

Direction direction_of(const ebpf::Insn& insn) {
  switch (operation(insn)) {
    case BPF_LSH:
      return {left_constant, left_below_32_high, 3, left_below_32_low, left_from_32};
    case BPF_RSH:
      return {right_constant, right_below_32_low, 2, right_below_32_high, right_from_32};
    default:
      return {arithmetic_constant, right_below_32_low, 2, arithmetic_below_32_high,
              arithmetic_from_32};
  }
}

void skip_if_zero(Emitter& out, const Registers& r, uint32_t end) {
  constexpr unsigned kCountMask = 31;
  out.alu(fpc::none(), gpr_a(r.count), Op::kAluAnd, fpc::imm(kCountMask));
  out.branch(Op::kBeq, end);
}

void shift64_by_register(Emitter& out, const Direction& direction, const Registers& r,
                         const Count& count) {
  const unsigned guard = count.guarded ? kGuardWords : 0;
  if (count.range.max < 32) {
    if (count.guarded)
      skip_if_zero(out, r, out.here() + guard + direction.first_words + kSecondWords);
    direction.below_32_first(out, r);
    direction.below_32_second(out, r);
  } else if (count.range.min >= 32) {
    direction.from_32(out, r);
  } else {
    const uint32_t from_32 = out.here() + 2 + guard + direction.first_words + kSecondWords;
    const uint32_t end = from_32 + kFrom32Words;
    out.branch_if_bit_set(gpr_a(r.count), 5, from_32);
    if (count.guarded) skip_if_zero(out, r, end);
    direction.below_32_first(out, r);
    out.branch(Op::kBr, end, kSecondWords);
    direction.below_32_second(out, r);
    direction.from_32(out, r);
  }
}

// Defects B2 and shift.beyond: what the driver makes of the count's range is wrong for a left shift by 0, and from 64 on.
Count count_of(const Plan& plan, const PlannedInsn& shift) {
  Count count{shift.facts.src, false};
  if (shift_count_may_wrap(shift) && plan.fixes(Defect::kShiftBeyond))
    count.range = {0, ~uint64_t{0}};
  count.guarded = operation(shift.insn) == BPF_LSH && shift_count_may_be_zero(shift) &&
                  plan.fixes(Defect::kShiftByZero);
  return count;
}

void shift32_by_constant(Emitter& out, const ebpf::Insn& insn, unsigned n) {
  const unsigned dst = low(insn.dst);
  if (n == 0) return;
  if (operation(insn) == BPF_ARSH) {
    out.alu(fpc::none(), gpr_a(dst), Op::kAluOr, fpc::imm(0));
    out.arithmetic_shift_right(both(dst), gpr_b(dst), n);
  } else {
    out.shift(both(dst), gpr_b(dst), operation(insn) == BPF_LSH ? shift_left(n) : shift_right(n));
  }
}

void shift32_by_register(Emitter& out, const ebpf::Insn& insn, unsigned count) {
  const unsigned dst = low(insn.dst);
  if (operation(insn) == BPF_ARSH) {
    set_amount(out, count, gpr_b(dst));
    out.arithmetic_shift_right(both(dst), gpr_b(dst));
  } else {
    set_amount(out, count);
    out.shift(both(dst), gpr_b(dst), operation(insn) == BPF_LSH ? kIndirectLeft : kIndirectRight);
  }
}

// The driver takes the count from the instruction's register, which may change on the way (defect shift.self), and whose bit 31
// joins the sign that fills an arithmetic shift (defect shift.sign).
unsigned register_of_count(Lowering& lowering, const PlannedInsn& shift) {
  constexpr unsigned kCountMask = 63;
  const Plan& plan = lowering.plan;
  const bool spoiled = shift_spoils_its_count(shift, count_of(plan, shift).range) &&
                       plan.fixes(Defect::kShiftBySelf);
  const bool signs = shift_count_may_be_a_sign(shift) && plan.fixes(Defect::kShiftSign);
  if (!spoiled && !signs) return low(shift.insn.src);
  lowering.out.alu(kScratchA, gpr_a(low(shift.insn.src)), Op::kAluAnd, fpc::imm(kCountMask));
  return kScratch;
}

}  // namespace

void lower_shift(Lowering& lowering, const PlannedInsn& planned) {
  const ebpf::Insn& insn = planned.insn;
  Emitter& out = lowering.out;
  const unsigned width = is_alu64(insn) ? 64 : 32;
  const ValueRange& range = planned.facts.src;
  const bool constant = !has_register_source(insn) || range.is_constant();
  const uint64_t count =
      has_register_source(insn) ? range.min : static_cast<uint64_t>(int64_t{insn.imm});
  if (constant && count >= width) return out.refuse(refusal<Rule::kShift>(count, width - 1));
  const auto n = static_cast<unsigned>(count);
  const unsigned count_register = constant ? low(insn.src) : register_of_count(lowering, planned);
  if (width == 32) {
    constant ? shift32_by_constant(out, insn, n) : shift32_by_register(out, insn, count_register);
    return lowering.zero_extend(planned, insn.dst);
  }
  const Registers r{low(insn.dst), high(insn.dst), count_register};
  const Direction direction = direction_of(insn);
  if (!constant) return shift64_by_register(out, direction, r, count_of(lowering.plan, planned));
  if (n > 0) direction.constant(out, r, n);
}

}  // namespace offload
