// What each FPC operation computes: one constexpr function each, for engines and tests.
// SPDX-License-Identifier: Apache-2.0
//
// `a` is the left and `b` the right operand as the assembler's text has them (swap bit undone).
//
// Where the hardware's sources are silent, one choice holds for all engines:
//   C and V after logical operations, shifts and ffs are kept (nfp-isa 5, model suggestion).
//   mul_step changes neither flags nor PREV_A and PREV_R.
//   PREV_A is the logical left operand, swap bit or not; alu and alu_shf publish it, nothing else
//     (nfp-isa 10).
//   dbl_shf by an indirect amount of 0 gives b, other shifts give b as it is (nfp-isa 6).
//   ffs of 0 gives 0 with Z set; Z is clear when bit 0 is found.
//   pop_count1 and pop_count2 give b, pop_count3 counts its own operand b: the documented three
//     words on one operand are right.
//   mul_step adds one radix-256 digit of b per step; 16x16 uses the low halves, 24x8 the low 24 and
//     8 bits (nfp-isa 11).
//   Waiting for all signals clears them; waiting for any leaves them to br_signal, which clears the
//     one that it tests (the IXP2800's rule).
#pragma once

#include <bit>
#include <cstdint>

namespace fpc::semantics {

// --- alu: C is the carry out of the 33-bit sum, so no borrow; V is signed overflow ---------------

struct Sum {
  uint32_t value = 0;
  bool carry = false;
  bool overflow = false;
};

constexpr Sum sum(uint32_t a, uint32_t b, bool carry_in) {
  const uint64_t wide = uint64_t{a} + b + (carry_in ? 1 : 0);
  const auto value = static_cast<uint32_t>(wide);
  return {value, (wide >> 32) != 0, (((a ^ value) & (b ^ value)) >> 31) != 0};
}

constexpr Sum add(uint32_t a, uint32_t b, bool) { return sum(a, b, false); }
constexpr Sum add8(uint32_t a, uint32_t b, bool) { return sum(a, b & 0xff, false); }
constexpr Sum add16(uint32_t a, uint32_t b, bool) { return sum(a, b & 0xffff, false); }
constexpr Sum add_carry(uint32_t a, uint32_t b, bool carry) { return sum(a, b, carry); }
constexpr Sum sub(uint32_t a, uint32_t b, bool) { return sum(a, ~b, true); }
constexpr Sum sub_carry(uint32_t a, uint32_t b, bool carry) { return sum(a, ~b, carry); }
constexpr Sum sub_ba(uint32_t a, uint32_t b, bool) { return sum(b, ~a, true); }

// --- alu and alu_shf: logical operations ---------------------------------------------------------

constexpr uint32_t pass_b(uint32_t, uint32_t b) { return b; }
constexpr uint32_t not_b(uint32_t, uint32_t b) { return ~b; }
constexpr uint32_t bit_and(uint32_t a, uint32_t b) { return a & b; }
constexpr uint32_t not_a_and(uint32_t a, uint32_t b) { return ~a & b; }
constexpr uint32_t and_not_b(uint32_t a, uint32_t b) { return a & ~b; }
constexpr uint32_t bit_or(uint32_t a, uint32_t b) { return a | b; }
constexpr uint32_t bit_xor(uint32_t a, uint32_t b) { return a ^ b; }
constexpr uint32_t pop_count(uint32_t, uint32_t b) {
  return static_cast<uint32_t>(std::popcount(b));
}
constexpr uint32_t find_first_set(uint32_t, uint32_t b) {
  return b == 0 ? 0 : static_cast<uint32_t>(std::countr_zero(b));
}

// --- shifts of the right operand, amount 0..31 ---------------------------------------------------

constexpr uint32_t rotate_right(uint32_t, uint32_t b, unsigned amount) {
  return std::rotr(b, static_cast<int>(amount));
}
constexpr uint32_t shift_right(uint32_t, uint32_t b, unsigned amount) { return b >> amount; }
constexpr uint32_t shift_left(uint32_t, uint32_t b, unsigned amount) { return b << amount; }
constexpr uint32_t shift_double(uint32_t a, uint32_t b, unsigned amount) {
  return static_cast<uint32_t>(((uint64_t{a} << 32) | b) >> amount);
}
// The fill is the previous result's bit 31, not b's own sign.
constexpr uint32_t shift_arithmetic(uint32_t b, unsigned amount, bool fill) {
  return (b >> amount) | (fill ? ~(~uint32_t{0} >> amount) : 0);
}

// --- immed, ld_field -----------------------------------------------------------------------------

constexpr uint32_t immediate(uint16_t constant, unsigned shift_bytes, bool invert) {
  const uint32_t value = uint32_t{constant} << (8 * shift_bytes);
  return invert ? ~value : value;
}
// Bits of a byte mask (bit i stands for byte i) as a mask of the 32-bit word.
constexpr uint32_t byte_lanes(unsigned byte_mask) {
  uint32_t lanes = 0;
  for (unsigned i = 0; i < 4; ++i) lanes |= ((byte_mask >> i) & 1) * (uint32_t{0xff} << (8 * i));
  return lanes;
}
constexpr uint32_t merge(uint32_t old, uint32_t value, uint32_t lanes) {
  return (old & ~lanes) | (value & lanes);
}

// --- branches ------------------------------------------------------------------------------------

constexpr bool is_ge(bool n, bool v) { return n == v; }
constexpr bool is_gt(bool n, bool z, bool v) { return !z && n == v; }
constexpr uint32_t byte_of(uint32_t value, unsigned number) {
  return (value >> (8 * number)) & 0xff;
}

// --- mul_step: the product grows by one digit of the multiplier per step -------------------------

constexpr uint64_t mul_digit(uint32_t multiplicand, uint32_t multiplier, unsigned step) {
  return (uint64_t{multiplicand} * byte_of(multiplier, step)) << (8 * step);
}

// --- command addresses ---------------------------------------------------------------------------

constexpr uint64_t address40(uint32_t high, uint32_t low) {
  return ((uint64_t{high} << 8) + low) & ((uint64_t{1} << 40) - 1);
}
constexpr uint64_t address32(uint32_t a, uint32_t b) { return static_cast<uint32_t>(a + b); }

}  // namespace fpc::semantics
