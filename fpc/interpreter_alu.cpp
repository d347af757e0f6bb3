// Handlers of alu, alu_shf, immed, ld_field and mul_step.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/interpreter_handlers.h"
#include "fpc/interpreter_operands.h"
#include "fpc/semantics.h"

namespace fpc {
namespace {

using semantics::Sum;

template <bool kComputed, Sum (*kFunction)(uint32_t, uint32_t, bool)>
const MicroOp* run_sum(Machine& m, const MicroOp& op) {
  Operands x;
  if (!fetch<kComputed>(m, op, x)) return nullptr;
  const Sum sum = kFunction(x.a, x.b, m.c);
  if ((op.traits & trait::kKeepsFlags) == 0) {
    m.nz = sum.value;
    m.c = sum.carry;
    m.v = sum.overflow;
  }
  m.prev_a = x.a;
  m.prev_r = sum.value;
  store(m, op, x, sum.value);
  return &op + 1;
}

void finish_logic(Machine& m, const MicroOp& op, const Operands& x, uint32_t value) {
  if ((op.traits & trait::kKeepsFlags) == 0) m.nz = value;
  m.prev_a = x.a;
  m.prev_r = value;
  store(m, op, x, value);
}

template <bool kComputed, uint32_t (*kFunction)(uint32_t, uint32_t)>
const MicroOp* run_logic(Machine& m, const MicroOp& op) {
  Operands x;
  if (!fetch<kComputed>(m, op, x)) return nullptr;
  finish_logic(m, op, x, kFunction(x.a, x.b));
  return &op + 1;
}

// Z says that no bit was found; a result of 0 alone would not tell bit 0 from none.
template <bool kComputed>
const MicroOp* run_ffs(Machine& m, const MicroOp& op) {
  Operands x;
  if (!fetch<kComputed>(m, op, x)) return nullptr;
  finish_logic(m, op, x, semantics::find_first_set(x.a, x.b));
  if ((op.traits & trait::kKeepsFlags) == 0) m.nz = x.b != 0 ? 1 : 0;
  return &op + 1;
}

// The amount of a shift, or none after m.fail().
bool shift_amount(Machine& m, const MicroOp& op, unsigned& amount) {
  amount = op.shift;
  if (op.shift != kIndirectShift) return true;
  amount = m.prev_a & 31;
  if ((m.previous->traits & trait::kPublishesA) != 0) return true;
  m.fail(FaultKind::kIndirectShift, op);
  return false;
}

uint32_t shifted(const MicroOp& op, uint32_t a, uint32_t b, unsigned amount) {
  switch (static_cast<ShiftControl>(op.value)) {
    case ShiftControl::kRotate:
      return semantics::rotate_right(a, b, amount);
    case ShiftControl::kRight:
      return semantics::shift_right(a, b, amount);
    case ShiftControl::kLeft:
      return semantics::shift_left(a, b, amount);
    case ShiftControl::kDouble:
      return semantics::shift_double(a, b, amount);
  }
  return b;
}

template <bool kComputed, uint32_t (*kFunction)(uint32_t, uint32_t)>
const MicroOp* run_shift(Machine& m, const MicroOp& op) {
  unsigned amount = 0;
  Operands x;
  if (!shift_amount(m, op, amount) || !fetch<kComputed>(m, op, x)) return nullptr;
  finish_logic(m, op, x, kFunction(x.a, shifted(op, x.a, x.b, amount)));
  return &op + 1;
}

template <bool kComputed>
const MicroOp* run_asr(Machine& m, const MicroOp& op) {
  unsigned amount = 0;
  Operands x;
  if (!shift_amount(m, op, amount) || !fetch<kComputed>(m, op, x)) return nullptr;
  const bool fill = (m.prev_r >> 31) != 0;
  finish_logic(m, op, x, semantics::shift_arithmetic(x.b, amount, fill));
  return &op + 1;
}

// Directly behind local_csr_rd it delivers the CSR's value instead of its constant (nfp-isa 8).
template <bool kComputed>
const MicroOp* run_immed(Machine& m, const MicroOp& op) {
  Operands x;
  if (!fetch<kComputed>(m, op, x)) return nullptr;
  const bool delivers_csr = (m.previous->traits & trait::kFeedsImmed) != 0;
  m.prev_r = delivers_csr ? m.csr_value : semantics::merge(x.a, op.value, op.lanes);
  store(m, op, x, m.prev_r);
  return &op + 1;
}

template <bool kComputed>
const MicroOp* run_ld_field(Machine& m, const MicroOp& op) {
  unsigned amount = 0;
  Operands x;
  if (!shift_amount(m, op, amount) || !fetch<kComputed>(m, op, x)) return nullptr;
  const uint32_t old = (op.traits & trait::kClears) != 0 ? 0 : x.a;
  m.prev_r = semantics::merge(old, shifted(op, x.a, x.b, amount), op.lanes);
  if ((op.traits & trait::kSetsFlags) != 0) m.nz = m.prev_r;
  store(m, op, x, m.prev_r);
  return &op + 1;
}

// The operands are latched here: later steps name them again but a last may overwrite one (nfp-isa
// 11).
template <bool kComputed>
const MicroOp* run_mul_start(Machine& m, const MicroOp& op) {
  Operands x;
  if (!fetch<kComputed>(m, op, x)) return nullptr;
  m.mul = {x.a, x.b, 0};
  return &op + 1;
}

template <bool kComputed, uint32_t kMultiplicand, unsigned kStep>
const MicroOp* run_mul_digit(Machine& m, const MicroOp& op) {
  Operands x;
  if (!fetch<kComputed>(m, op, x)) return nullptr;
  m.mul.product += semantics::mul_digit(m.mul.a & kMultiplicand, m.mul.b, kStep);
  return &op + 1;
}

template <bool kComputed, unsigned kShift>
const MicroOp* run_mul_last(Machine& m, const MicroOp& op) {
  Operands x;
  if (!fetch<kComputed>(m, op, x)) return nullptr;
  store(m, op, x, static_cast<uint32_t>(m.mul.product >> kShift));
  return &op + 1;
}

template <Sum (*kFunction)(uint32_t, uint32_t, bool)>
constexpr Handlers sum_pair = {run_sum<false, kFunction>, run_sum<true, kFunction>};
template <uint32_t (*kFunction)(uint32_t, uint32_t)>
constexpr Handlers logic_pair = {run_logic<false, kFunction>, run_logic<true, kFunction>};
template <uint32_t (*kFunction)(uint32_t, uint32_t)>
constexpr Handlers shift_pair = {run_shift<false, kFunction>, run_shift<true, kFunction>};
template <uint32_t kMultiplicand, unsigned kStep>
constexpr Handlers digit_pair = {run_mul_digit<false, kMultiplicand, kStep>,
                                 run_mul_digit<true, kMultiplicand, kStep>};
template <unsigned kShift>
constexpr Handlers last_pair = {run_mul_last<false, kShift>, run_mul_last<true, kShift>};

Handlers alu_format_handlers(Op op) {
  namespace s = semantics;
  switch (op) {
    case Op::kAluB:
      return logic_pair<s::pass_b>;
    case Op::kAluPop1:
      return logic_pair<s::pass_b>;
    case Op::kAluPop2:
      return logic_pair<s::pass_b>;
    case Op::kAluPop3:
      return logic_pair<s::pop_count>;
    case Op::kAluNotB:
      return logic_pair<s::not_b>;
    case Op::kAluAnd:
      return logic_pair<s::bit_and>;
    case Op::kAluNotAAnd:
      return logic_pair<s::not_a_and>;
    case Op::kAluAndNotB:
      return logic_pair<s::and_not_b>;
    case Op::kAluOr:
      return logic_pair<s::bit_or>;
    case Op::kAluXor:
      return logic_pair<s::bit_xor>;
    case Op::kAluFfs:
      return {run_ffs<false>, run_ffs<true>};
    case Op::kAluAdd:
      return sum_pair<s::add>;
    case Op::kAluAdd8:
      return sum_pair<s::add8>;
    case Op::kAluAdd16:
      return sum_pair<s::add16>;
    case Op::kAluAddCarry:
      return sum_pair<s::add_carry>;
    case Op::kAluSub:
      return sum_pair<s::sub>;
    case Op::kAluSubCarry:
      return sum_pair<s::sub_carry>;
    case Op::kAluSubBA:
      return sum_pair<s::sub_ba>;
    default:
      return {};
  }
}

Handlers shift_format_handlers(Op op) {
  namespace s = semantics;
  switch (op) {
    case Op::kShfB:
      return shift_pair<s::pass_b>;
    case Op::kShfNotB:
      return shift_pair<s::not_b>;
    case Op::kShfAnd:
      return shift_pair<s::bit_and>;
    case Op::kShfNotAAnd:
      return shift_pair<s::not_a_and>;
    case Op::kShfAndNotB:
      return shift_pair<s::and_not_b>;
    case Op::kShfOr:
      return shift_pair<s::bit_or>;
    case Op::kShfAsr:
      return {run_asr<false>, run_asr<true>};
    case Op::kLdField:
      return {run_ld_field<false>, run_ld_field<true>};
    case Op::kImmed:
      return {run_immed<false>, run_immed<true>};
    default:
      return {};
  }
}

Handlers mul_handlers(Op op) {
  switch (op) {
    case Op::kMulStart:
      return {run_mul_start<false>, run_mul_start<true>};
    case Op::kMul24x8Step1:
      return digit_pair<0xff'ffff, 0>;
    case Op::kMul16x16Step1:
      return digit_pair<0xffff, 0>;
    case Op::kMul16x16Step2:
      return digit_pair<0xffff, 1>;
    case Op::kMul32x32Step1:
      return digit_pair<0xffff'ffff, 0>;
    case Op::kMul32x32Step2:
      return digit_pair<0xffff'ffff, 1>;
    case Op::kMul32x32Step3:
      return digit_pair<0xffff'ffff, 2>;
    case Op::kMul32x32Step4:
      return digit_pair<0xffff'ffff, 3>;
    case Op::kMul24x8Last:
    case Op::kMul16x16Last:
    case Op::kMul32x32Last:
      return last_pair<0>;
    case Op::kMul24x8Last2:
    case Op::kMul16x16Last2:
    case Op::kMul32x32Last2:
      return last_pair<32>;
    default:
      return {};
  }
}

}  // namespace

Handlers alu_handlers(Op op) {
  for (const Handlers found :
       {alu_format_handlers(op), shift_format_handlers(op), mul_handlers(op)}) {
    if (found.plain != nullptr) return found;
  }
  return {};
}

}  // namespace fpc
