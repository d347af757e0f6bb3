// The emitter's constants: immediates, synthesis of 32-bit ones, operands that hold small ones.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/codegen/emitter.h"

namespace offload {
namespace {

constexpr uint32_t kMaxOperand = 255;            // 10-bit operands
constexpr uint32_t kMaxRestrictedOperand = 127;  // 8-bit operands of commands
constexpr unsigned kOverrideLength = 1u << 7;    // nfp-isa 12.4
constexpr unsigned kOverrideLengthShift = 8;

}  // namespace

void Emitter::immediate_part(Destination dst, unsigned value, fpc::ImmWidth width,
                             unsigned byte_shift, bool invert) {
  fpc::Insn insn;
  insn.op = fpc::Op::kImmed;
  insn.dst = dst.operand;
  insn.wr_both = dst.both_banks;
  insn.immediate = static_cast<uint16_t>(value);
  insn.imm_width = width;
  insn.imm_shift = static_cast<uint8_t>(byte_shift);
  insn.imm_invert = invert;
  push(insn);
}

void Emitter::immediate(Destination dst, unsigned value) {
  immediate_part(dst, value, fpc::ImmWidth::kAll, 0, false);
}

void Emitter::address(Destination dst, uint32_t word) {
  immediate(dst, word);
  if (!emitted_.empty()) emitted_.back().relocation = firmware::Relocation::kImmediate;
}

void Emitter::table_page(Destination dst, uint32_t table) {
  immediate_part(dst, table, fpc::ImmWidth::kAll, 0, false);
  emitted_.back().relocation = firmware::Relocation::kTablePageLow;
  immediate_part(dst, table, fpc::ImmWidth::kHalf, 2, false);
  emitted_.back().relocation = firmware::Relocation::kTablePageHigh;
}

// One word if 16 neighbouring bits, byte aligned, hold all of the value.
bool Emitter::constant_word(Destination dst, uint32_t value, bool invert) {
  constexpr struct {
    uint32_t zero_mask;
    unsigned byte_shift;
  } kForms[] = {{0xffff0000, 0}, {0xff0000ff, 1}, {0x0000ffff, 2}};
  for (const auto& form : kForms) {
    if ((value & form.zero_mask) != 0) continue;
    immediate_part(dst, value >> (8 * form.byte_shift), fpc::ImmWidth::kAll, form.byte_shift,
                   invert);
    return true;
  }
  return false;
}

void Emitter::constant(Destination dst, uint32_t value) {
  if (constant_word(dst, value, false) || constant_word(dst, ~value, true)) return;
  immediate_part(dst, value & 0xffff, fpc::ImmWidth::kAll, 0, false);
  immediate_part(dst, value >> 16, fpc::ImmWidth::kHalf, 2, false);
}

void Emitter::length_override(unsigned units) {
  immediate(fpc::none(), kOverrideLength | (units - 1) << kOverrideLengthShift);
}

fpc::Operand Emitter::operand(uint32_t value, fpc::Operand scratch) {
  if (value <= kMaxOperand) return fpc::imm(value);
  constant(scratch, value);
  return scratch;
}

fpc::Operand Emitter::restricted_operand(uint32_t value, fpc::Operand scratch) {
  if (value <= kMaxRestrictedOperand) return fpc::imm(value);
  constant(scratch, value);
  return scratch;
}

}  // namespace offload
