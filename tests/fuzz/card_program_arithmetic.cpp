// Statements that compute with numbers.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/codegen/reciprocal.h"
#include "tests/fuzz/card_program_generator.h"

namespace fuzz {

Code CardProgramGenerator::arithmetic() {
  constexpr uint8_t kOperations[] = {BPF_ADD, BPF_SUB, BPF_AND, BPF_OR, BPF_XOR, BPF_MOV};
  const bool wide = chance(2);
  const uint8_t operation = pick(kOperations);
  if (chance(10)) return {op(alu_k(BPF_NEG, wide), number(), 0, 0, 0)};
  if (chance(2)) return {op(alu_x(operation, wide), number(), number(), 0, 0)};
  if (chance(12)) return ebpf_test::wide(number(), rng_.next());
  return {op(alu_k(operation, wide), number(), 0, 0, constant())};
}

// Run-time counts of 0 are a defect of the reference lowering (B2).
Code CardProgramGenerator::shift() {
  constexpr uint8_t kOperations[] = {BPF_LSH, BPF_RSH, BPF_ARSH};
  const bool wide = chance(2);
  const uint8_t operation = pick(kOperations);
  const uint64_t bits = wide ? 64 : 32;
  if (chance(2))
    return {op(alu_k(operation, wide), number(), 0, 0, static_cast<int32_t>(below(bits)))};
  const uint8_t count = number();
  uint8_t value = number();
  while (value == count) value = number();
  const bool high = wide && chance(3), low = chance(2);
  Code code = {alu64(BPF_AND, count, high || (wide && !low) ? 63 : 31)};
  if (!options_.reach_defects || chance(2)) code.push_back(alu64(BPF_OR, count, high ? 33 : 1));
  return code + op(alu_x(operation, wide), value, count, 0, 0);
}

Code CardProgramGenerator::narrow(uint8_t reg) {
  if (chance(2)) return {alu64(BPF_AND, reg, 0xffff)};
  return {op(alu_x(BPF_MOV, false), reg, reg, 0, 0)};
}

Code CardProgramGenerator::multiply() {
  const uint8_t dst = number(), src = number();
  const bool wide = chance(2);
  if (chance(2)) return narrow(dst) + narrow(src) + op(alu_x(BPF_MUL, wide), dst, src, 0, 0);
  return narrow(dst) + op(alu_k(BPF_MUL, wide), dst, 0, 0, constant() & 0x7fffffff);
}

// Some divisors end with a shift by 0 (B3).
Code CardProgramGenerator::divide() {
  const uint8_t dst = number();
  auto divisor = static_cast<uint32_t>(constant() & 0x7fffffff);
  while (divisor == 0 || (!options_.reach_defects && offload::ends_with_shift_by_zero(divisor)))
    ++divisor;
  const auto imm = static_cast<int32_t>(divisor);
  const bool wide = chance(2);
  uint8_t src = number();
  while (src == dst) src = number();
  if (chance(3)) return narrow(dst) + mov(src, imm) + op(alu_x(BPF_DIV, wide), dst, src, 0, 0);
  return narrow(dst) + op(alu_k(BPF_DIV, wide), dst, 0, 0, imm);
}

Code CardProgramGenerator::swap() {
  constexpr int32_t kBits[] = {16, 32, 64};
  return {op(BPF_ALU | BPF_END | BPF_TO_BE, number(), 0, 0, pick(kBits))};
}

}  // namespace fuzz
