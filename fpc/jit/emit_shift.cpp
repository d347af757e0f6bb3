// alu_shf, asr, ld_field and immed: shifts by constants and by the word before.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/isa.h"
#include "fpc/jit/emitter_p.h"
#include "fpc/semantics.h"

namespace fpc::jit {

using namespace asmjit;

Value Emitter::shifted(const Item& item, Value a, Value b) {
  const MicroOp& word = op(item);
  const auto control = static_cast<ShiftControl>(word.value);
  if (word.shift == kIndirectShift) return shifted_indirect(control, a, b);
  return word.shift == 0 ? b : shifted_by(control, a, b, word.shift);
}

Value Emitter::shifted_by(ShiftControl control, Value a, Value b, unsigned amount) {
  if (map_.is_constant(b) && control != ShiftControl::kDouble) {
    const uint32_t constant = map_.constant_of(b);
    switch (control) {
      case ShiftControl::kRotate:
        return map_.constant(semantics::rotate_right(0, constant, amount));
      case ShiftControl::kRight:
        return map_.constant(semantics::shift_right(0, constant, amount));
      default:
        return map_.constant(semantics::shift_left(0, constant, amount));
    }
  }
  const Value high = control == ShiftControl::kDouble ? map_.in_register(a) : 0;
  const Value result = copy_of(b);
  switch (control) {
    case ShiftControl::kRotate:
      out_.ror(map_.reg(result), amount);
      break;
    case ShiftControl::kRight:
      out_.shr(map_.reg(result), amount);
      break;
    case ShiftControl::kLeft:
      out_.shl(map_.reg(result), amount);
      break;
    case ShiftControl::kDouble:
      out_.shrd(map_.reg(result), map_.reg(high), amount);
      break;
  }
  return result;
}

// The host takes the amount modulo 32 as the core does; by 0 a double shift leaves b.
Value Emitter::shifted_indirect(ShiftControl control, Value a, Value b) {
  const Value amount = map_.read(kPrevALoc);
  const Value high = control == ShiftControl::kDouble ? map_.in_register(a) : 0;
  const Value result = copy_of(b);
  if (map_.is_constant(amount)) {
    out_.mov(x86::ecx, map_.constant_of(amount));
  } else {
    out_.mov(x86::ecx, map_.reg(amount));
  }
  switch (control) {
    case ShiftControl::kRotate:
      out_.ror(map_.reg(result), x86::cl);
      break;
    case ShiftControl::kRight:
      out_.shr(map_.reg(result), x86::cl);
      break;
    case ShiftControl::kLeft:
      out_.shl(map_.reg(result), x86::cl);
      break;
    case ShiftControl::kDouble:
      out_.shrd(map_.reg(result), map_.reg(high), x86::cl);
      break;
  }
  return result;
}

// The fill is bit 31 of the previous result, not of b: its copies go where the shift leaves zeros.
Value Emitter::emit_asr(const Item& item, Value b) {
  const MicroOp& word = op(item);
  const Value fill = map_.read(kPrevRLoc);
  const Value result =
      word.shift == kIndirectShift
          ? shifted_indirect(ShiftControl::kRight, b, b)
          : copy_of(word.shift == 0 ? b : shifted_by(ShiftControl::kRight, b, b, word.shift));
  if (map_.is_constant(fill)) {
    out_.mov(x86::edx, map_.constant_of(fill));
  } else {
    out_.mov(x86::edx, map_.reg(fill));
  }
  out_.sar(x86::edx, 31);
  if (word.shift == kIndirectShift) {
    out_.mov(x86::eax, -1);  // ecx still has the amount
    out_.shr(x86::eax, x86::cl);
    out_.not_(x86::eax);
    out_.and_(x86::edx, x86::eax);
  } else {
    out_.and_(x86::edx, static_cast<int32_t>(~(~0u >> word.shift)));
  }
  out_.or_(map_.reg(result), x86::edx);
  return result;
}

Value Emitter::merged(Value old, Value value, uint32_t lanes) {
  if (lanes == ~0u) return value;
  if (map_.is_constant(old) && map_.is_constant(value))
    return map_.constant(semantics::merge(map_.constant_of(old), map_.constant_of(value), lanes));
  const Value result = copy_of(value);
  out_.and_(map_.reg(result), static_cast<int32_t>(lanes));
  if (map_.is_constant(old)) {
    if (const uint32_t rest = map_.constant_of(old) & ~lanes)
      out_.or_(map_.reg(result), static_cast<int32_t>(rest));
    return result;
  }
  out_.mov(x86::eax, map_.reg(old));
  out_.and_(x86::eax, static_cast<int32_t>(~lanes));
  out_.or_(map_.reg(result), x86::eax);
  return result;
}

void Emitter::emit_immed(const Item& item) {
  const MicroOp& word = op(item);
  const size_t position = words_before(item);
  // Directly behind local_csr_rd it delivers the register's value instead of its constant.
  if (position > 0 && (op(trace_.items[position - 1]).traits & trait::kFeedsImmed) != 0) {
    const Destination to = destination(word);
    post_modify(word);
    const Value value = map_.read(kCsrLoc);
    map_.write(kPrevRLoc, value);
    return store(to, value);
  }
  const Value old = word.lanes == ~0u ? map_.constant(0) : source(word.a, word.a_imm);
  const Destination to = destination(word);
  post_modify(word);
  const Value result = merged(old, map_.constant(word.value), word.lanes);
  map_.write(kPrevRLoc, result);
  store(to, result);
}

void Emitter::emit_ld_field(const Item& item) {
  const MicroOp& word = op(item);
  const bool clears = (word.traits & trait::kClears) != 0;
  const Value a = source(word.a, word.a_imm);
  const Value b = source(word.b, word.b_imm);
  const Destination to = destination(word);
  post_modify(word);
  const Value result = merged(clears ? map_.constant(0) : a, shifted(item, a, b), word.lanes);
  if ((word.traits & trait::kSetsFlags) != 0) map_.write(kNzLoc, result);
  map_.write(kPrevRLoc, result);
  store(to, result);
}

}  // namespace fpc::jit
