// alu words: logic, sums with their flags, multiplications.
// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "fpc/isa.h"
#include "fpc/jit/emitter_p.h"
#include "fpc/semantics.h"

namespace fpc::jit {

using namespace asmjit;

namespace {

const x86::Mem kCarry = x86::byte_ptr(kMachine, offsetof(Machine, c));
const x86::Mem kOverflow = x86::byte_ptr(kMachine, offsetof(Machine, v));

constexpr auto kProductOffset =
    static_cast<int32_t>(offsetof(Machine, mul) + offsetof(MulLatch, product));

}  // namespace

void Emitter::emit_plain(const Item& item) {
  switch (spec(insn(item).op).format) {
    case Format::kImmed:
      return emit_immed(item);
    case Format::kLdField:
      return emit_ld_field(item);
    case Format::kMulLast:
      return emit_product(item);
    case Format::kCsrWrite:
      return emit_csr_write(item);
    case Format::kCsrRead:
      map_.write(kCsrLoc, map_.read(lm_loc(op(item).value)));
      return;
    default:
      return emit_alu(item);
  }
}

void Emitter::emit_alu(const Item& item) {
  const MicroOp& word = op(item);
  const InsnSpec& row = spec(insn(item).op);
  // The amount of an indirect shift is the A operand of the word before, which this one's replaces.
  const bool is_double = word.shift != 0 &&
                         static_cast<ShiftControl>(word.value) == ShiftControl::kDouble &&
                         row.format != Format::kAlu;
  const bool needs_a = row.has(flag::kReadsA) || is_double || item.operand_is_read;
  const Value a = needs_a ? source(word.a, word.a_imm) : map_.constant(0);
  const Value b = source(word.b, word.b_imm);
  const Destination to = destination(word);
  post_modify(word);
  const Value result = emit_function(item, a, b);
  if ((word.traits & trait::kKeepsFlags) == 0) map_.write(kNzLoc, result);
  if (item.operand_is_read) map_.write(kPrevALoc, a);
  map_.write(kPrevRLoc, result);
  store(to, result);
}

Value Emitter::emit_function(const Item& item, Value a, Value b) {
  namespace Id = x86::Inst;
  const bool is_shift = spec(insn(item).op).format != Format::kAlu;
  if (insn(item).op == Op::kShfAsr) return emit_asr(item, b);
  if (is_shift) b = shifted(item, a, b);
  switch (insn(item).op) {
    case Op::kAluNotB:
    case Op::kShfNotB:
      return emit_not(b);
    case Op::kAluAnd:
    case Op::kShfAnd:
      return emit_logic(Id::kIdAnd, a, b);
    case Op::kAluNotAAnd:
    case Op::kShfNotAAnd:
      return emit_logic(Id::kIdAnd, emit_not(a), b);
    case Op::kAluAndNotB:
    case Op::kShfAndNotB:
      return emit_logic(Id::kIdAnd, a, emit_not(b));
    case Op::kAluOr:
    case Op::kShfOr:
      return emit_logic(Id::kIdOr, a, b);
    case Op::kAluXor:
      return emit_logic(Id::kIdXor, a, b);
    case Op::kAluAdd:
    case Op::kAluAdd8:
    case Op::kAluAdd16:
    case Op::kAluAddCarry:
    case Op::kAluSub:
    case Op::kAluSubCarry:
    case Op::kAluSubBA:
      return emit_sum(item, a, b);
    default:
      return b;  // pass_b and its kin
  }
}

Value Emitter::copy_of(Value v) {
  const Value copy = map_.fresh();
  if (map_.is_constant(v)) {
    out_.mov(map_.reg(copy), map_.constant_of(v));
  } else {
    out_.mov(map_.reg(copy), map_.reg(v));
  }
  return copy;
}

Value Emitter::emit_not(Value v) {
  if (map_.is_constant(v)) return map_.constant(~map_.constant_of(v));
  const Value result = copy_of(v);
  out_.not_(map_.reg(result));
  return result;
}

// And, or, xor.
Value Emitter::emit_logic(InstId instruction, Value a, Value b) {
  if (map_.is_constant(a)) std::swap(a, b);
  const Value result = copy_of(a);
  if (map_.is_constant(b)) {
    out_.emit(instruction, map_.reg(result), static_cast<int32_t>(map_.constant_of(b)));
  } else {
    out_.emit(instruction, map_.reg(result), map_.reg(b));
  }
  return result;
}

// Leaves the core's carry in the host's carry flag, inverted where the host counts borrows.
void Emitter::prepare_carry(bool as_borrow) {
  out_.cmp(kCarry, 1);
  if (!as_borrow) out_.cmc();
}

void Emitter::keep_carry(const Item& item, bool is_borrow) {
  if (!item.carry_is_read || (op(item).traits & trait::kKeepsFlags) != 0) return;
  if (is_borrow) {
    out_.setnc(kCarry);
  } else {
    out_.setc(kCarry);
  }
  out_.seto(kOverflow);
}

Value Emitter::emit_sum(const Item& item, Value a, Value b) {
  namespace Id = x86::Inst;
  InstId instruction = Id::kIdAdd;
  bool is_borrow = false;
  switch (insn(item).op) {
    case Op::kAluAdd8:
      b = emit_logic(Id::kIdAnd, b, map_.constant(0xff));
      break;
    case Op::kAluAdd16:
      b = emit_logic(Id::kIdAnd, b, map_.constant(0xffff));
      break;
    case Op::kAluAddCarry:
      instruction = Id::kIdAdc;
      break;
    case Op::kAluSubBA:
      std::swap(a, b);
      [[fallthrough]];
    case Op::kAluSub:
      instruction = Id::kIdSub;
      is_borrow = true;
      break;
    case Op::kAluSubCarry:
      instruction = Id::kIdSbb;
      is_borrow = true;
      break;
    default:
      break;
  }
  const Value result = copy_of(a);
  if (instruction == Id::kIdAdc || instruction == Id::kIdSbb) prepare_carry(is_borrow);
  if (map_.is_constant(b)) {
    out_.emit(instruction, map_.reg(result), static_cast<int32_t>(map_.constant_of(b)));
  } else {
    out_.emit(instruction, map_.reg(result), map_.reg(b));
  }
  keep_carry(item, is_borrow);
  return result;
}

// The steps add up to one product of the operands' low bits, which the first word latches.
void Emitter::emit_multiplication(const Item& item) {
  const MicroOp& word = op(item);
  const Value a = source(word.a, word.a_imm);
  const Value b = source(word.b, word.b_imm);
  map_.write(kMulALoc, a);
  map_.write(kMulBLoc, b);
  uint32_t mask_a = ~0u, mask_b = ~0u;
  const Op step = insn(trace_.items[next_item_]).op;
  if (step == Op::kMul16x16Step1) mask_a = mask_b = 0xffff;
  if (step == Op::kMul24x8Step1) {
    mask_a = 0xff'ffff;
    mask_b = 0xff;
  }
  const auto load = [&](const x86::Gp& to, Value from, uint32_t mask) {
    if (map_.is_constant(from)) {
      out_.mov(to, map_.constant_of(from) & mask);
    } else {
      out_.mov(to, map_.reg(from));
      if (mask != ~0u) out_.and_(to, mask);
    }
  };
  load(x86::eax, a, mask_a);
  load(x86::ecx, b, mask_b);
  out_.imul(x86::rax, x86::rcx);
  out_.mov(x86::qword_ptr(kMachine, kProductOffset), x86::rax);
}

void Emitter::emit_product(const Item& item) {
  const MicroOp& word = op(item);
  const Op which = insn(item).op;
  const bool is_high =
      which == Op::kMul32x32Last2 || which == Op::kMul16x16Last2 || which == Op::kMul24x8Last2;
  const Destination to = destination(word);
  post_modify(word);
  const Value result = map_.fresh();
  out_.mov(map_.reg(result), x86::dword_ptr(kMachine, kProductOffset + (is_high ? 4 : 0)));
  store(to, result);
}

}  // namespace fpc::jit
