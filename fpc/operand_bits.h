// The two operand encodings of a word: 10 bits (wide, unrestricted) and 8 bits (narrow, restricted).
// SPDX-License-Identifier: Apache-2.0
//
//   wide  GPR           00 000n nnnn     narrow  GPR           000n nnnn
//         absolute GPR  00 1nnn nnnn             transfer      1h0n nnnn   h: number + 32
//         *$index       01 0000 0pp0             *$index       0100 0pp0   p: 1 ++, 2 --
//         transfer      01 1h0n nnnn             *n$index      0100 00p1   p: 1 ++
//         local memory  10 00i0 oooo             local memory  0101 iooo
//           with ++, -- 10 00i1 000d             constant      cc1c cccc   bit 7 of it is field I8
//         *n$index      10 0100 00p0
//         n$reg         10 1nnn nnnn
//         constant      11 cccc cccc
//
// A field does not say the bank: it is that of the field. Nor does it say bit 1 of the local-memory
// index (lmextn), nor bit 7 of a narrow constant. Other patterns are illegal. The decoding tables
// are filled by encoding every operand.
#pragma once

#include <array>
#include <cstdint>

#include "fpc/insn.h"

namespace fpc {

enum class OperandWidth : uint8_t { kNarrow = 8, kWide = 10 };

constexpr unsigned kWideNone = 0x300;   // "no destination"
constexpr unsigned kNarrowNone = 0x20;  // "no destination"
constexpr unsigned kNoBits = ~0u;       // the operand has no such encoding

constexpr unsigned post_bits(PostModify post) { return static_cast<unsigned>(post); }

constexpr unsigned wide_lmem_bits(const Operand& operand) {
  const unsigned base = 0x200 | (operand.lm_index & 1u) << 5;
  if (operand.post == PostModify::kNone) return operand.value < 16 ? base | operand.value : kNoBits;
  if (operand.value != 0) return kNoBits;
  return base | 0x10 | (operand.post == PostModify::kDecrement ? 1u : 0u);
}

constexpr unsigned wide_bits(const Operand& operand) {
  const unsigned value = operand.value;
  switch (operand.kind) {
    case OperandKind::kNone:
      return kNoBits;
    case OperandKind::kGpr:
      return value < 32 ? value : kNoBits;
    case OperandKind::kGprAbs:
      return value < 128 ? 0x080 | value : kNoBits;
    case OperandKind::kXfer:
      return value < 64 ? 0x180 | (value & 32) << 1 | (value & 31) : kNoBits;
    case OperandKind::kXferIndex:
      return 0x100 | post_bits(operand.post) << 1;
    case OperandKind::kNn:
      return value < 128 ? 0x280 | value : kNoBits;
    case OperandKind::kNnIndex:
      return operand.post == PostModify::kDecrement ? kNoBits
                                                    : 0x240 | post_bits(operand.post) << 1;
    case OperandKind::kLmem:
      return wide_lmem_bits(operand);
    case OperandKind::kImm:
      return value < 256 ? 0x300 | value : kNoBits;
  }
  return kNoBits;
}

constexpr unsigned narrow_bits(const Operand& operand) {
  const unsigned value = operand.value;
  switch (operand.kind) {
    case OperandKind::kGpr:
      return value < 32 ? value : kNoBits;
    case OperandKind::kXfer:
      return value < 64 ? 0x80 | (value & 32) << 1 | (value & 31) : kNoBits;
    case OperandKind::kXferIndex:
      return 0x40 | post_bits(operand.post) << 1;
    case OperandKind::kNnIndex:
      return operand.post == PostModify::kDecrement ? kNoBits : 0x41 | post_bits(operand.post) << 1;
    case OperandKind::kLmem:
      if (operand.post != PostModify::kNone || value > 7) return kNoBits;
      return 0x50 | (operand.lm_index & 1u) << 3 | value;
    case OperandKind::kImm:
      return value < 256 ? 0x20 | (value & 0x60) << 1 | (value & 0x1f) : kNoBits;
    case OperandKind::kNone:
    case OperandKind::kGprAbs:
    case OperandKind::kNn:
      return kNoBits;
  }
  return kNoBits;
}

constexpr unsigned operand_bits(const Operand& operand, OperandWidth width) {
  return width == OperandWidth::kWide ? wide_bits(operand) : narrow_bits(operand);
}

// What a pattern means, with bank A, the low local-memory indices and constants below 128 (narrow).
struct OperandPattern {
  Operand operand;
  bool legal = false;
};

extern const std::array<OperandPattern, 1024> kWidePatterns;
extern const std::array<OperandPattern, 256> kNarrowPatterns;

inline const OperandPattern& operand_pattern(unsigned bits, OperandWidth width) {
  return width == OperandWidth::kWide ? kWidePatterns[bits] : kNarrowPatterns[bits];
}

}  // namespace fpc
