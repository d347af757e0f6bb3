// What decoding and encoding share: alike formats, what operands imply and may not be.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fpc/field_access.h"
#include "fpc/operand_bits.h"

namespace fpc {

// Left and right source, exchanged when the SW bit is set.
constexpr bool has_two_sources(Format format) {
  return format == Format::kAlu || format == Format::kShf || format == Format::kShfFixed ||
         format == Format::kMulStep;
}

// One of the fields A and B is a constant, the other one a register.
constexpr bool has_register_and_constant(Format format) {
  return format == Format::kImmed || format == Format::kBrBit || format == Format::kBrByte ||
         format == Format::kJump || format == Format::kCsrWrite;
}

constexpr bool has_address(Format format) {
  return format == Format::kMem || format == Format::kMemToken || format == Format::kTarget5 ||
         format == Format::kTarget4 || format == Format::kTarget2;
}

template <Format kFormat>
constexpr OperandWidth operand_width() {
  constexpr Field kField = has_field<kFormat, Field::kA>() ? Field::kA : Field::kDst;
  return static_cast<OperandWidth>(field_at<kFormat, kField>().width);
}

constexpr bool is_gpr(const Operand& operand) {
  return operand.kind == OperandKind::kGpr || operand.kind == OperandKind::kGprAbs;
}
constexpr bool is_gpr(const Operand& operand, Bank bank) {
  return is_gpr(operand) && operand.bank == bank;
}
constexpr bool is_constant(const Operand& operand) { return operand.kind == OperandKind::kImm; }
constexpr bool is_none(const Operand& operand) { return operand.kind == OperandKind::kNone; }

constexpr bool reads_a(const InsnSpec& row, const Insn& insn) {
  return row.has(flag::kReadsA) ||
         (row.op == Op::kShfB && insn.shift_control == ShiftControl::kDouble);
}

// Bits that follow from the operands: lmextn, DST_AB, I8 (nfp-isa 3.3, 3.4).
template <Format kFormat>
constexpr Word derived_mask() {
  return field_mask<kFormat, Field::kSrcLmExt>() | field_mask<kFormat, Field::kDstLmExt>() |
         field_mask<kFormat, Field::kDstBank>() | field_mask<kFormat, Field::kImm8>();
}

template <Format kFormat>
constexpr Word derived_bits(const Insn& insn) {
  // The destination of ld_field and immed takes a source field's place.
  constexpr bool kDstIsSource = kFormat == Format::kLdField || kFormat == Format::kImmed;
  const auto is_high = [](const Operand& operand) {
    return operand.kind == OperandKind::kLmem && operand.lm_index >= 2;
  };
  const auto is_large = [](const Operand& operand) {
    return is_constant(operand) && operand.value >= 128;
  };
  Word bits = 0;
  if (is_high(insn.a) || is_high(insn.b) || (kDstIsSource && is_high(insn.dst))) {
    bits |= field_mask<kFormat, Field::kSrcLmExt>();
  }
  if (is_high(insn.dst)) bits |= field_mask<kFormat, Field::kDstLmExt>();
  if (is_gpr(insn.dst, Bank::kB)) bits |= field_mask<kFormat, Field::kDstBank>();
  if (is_large(insn.a) || is_large(insn.b)) bits |= field_mask<kFormat, Field::kImm8>();
  return bits;
}

// Each kind of register has one read port, so that two sources of a word must differ in it.
enum class Port : uint8_t { kNone, kGprA, kGprB, kXfer, kNn, kLmem, kConstant };

constexpr Port port_of(const Operand& operand) {
  switch (operand.kind) {
    case OperandKind::kNone:
      return Port::kNone;
    case OperandKind::kGpr:
    case OperandKind::kGprAbs:
      return operand.bank == Bank::kA ? Port::kGprA : Port::kGprB;
    case OperandKind::kXfer:
    case OperandKind::kXferIndex:
      return Port::kXfer;
    case OperandKind::kNn:
    case OperandKind::kNnIndex:
      return Port::kNn;
    case OperandKind::kLmem:
      return Port::kLmem;
    case OperandKind::kImm:
      return Port::kConstant;
  }
  return Port::kNone;
}

// The right source must stand in the A field, or the left one in B.
constexpr bool must_swap(const Operand& left, const Operand& right) {
  return is_gpr(left, Bank::kB) || is_gpr(right, Bank::kA);
}

// A constant in the place of a source that the operation ignores is the vendor's way to write "--".
constexpr bool sources_clash(const InsnSpec& row, const Insn& insn, const Operand& left,
                             const Operand& right) {
  const Port port = port_of(left);
  if (port == Port::kNone || port != port_of(right)) return false;
  const bool ignores_one =
      has_two_sources(row.format) && (!reads_a(row, insn) || !row.has(flag::kReadsB));
  return port != Port::kConstant || !ignores_one;
}

constexpr bool is_immediate_form(ImmWidth width, unsigned shift) {
  switch (width) {
    case ImmWidth::kAll:
      return shift <= 2;
    case ImmWidth::kByte:
      return shift <= 3;
    case ImmWidth::kHalf:
      return shift == 0 || shift == 2;
  }
  return false;
}

}  // namespace fpc
