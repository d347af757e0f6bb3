// The decoding tables of operands, filled by encoding every operand there is.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/operand_bits.h"

namespace fpc {
namespace {

// Encodes operands of one kind with values 0..values-1 and enters them under their bits.
template <size_t kSize>
constexpr void enter(std::array<OperandPattern, kSize>& table, Operand operand, unsigned values) {
  constexpr auto kWidth = kSize == 1024 ? OperandWidth::kWide : OperandWidth::kNarrow;
  for (unsigned value = 0; value < values; ++value) {
    operand.value = static_cast<uint16_t>(value);
    const unsigned bits = operand_bits(operand, kWidth);
    if (bits != kNoBits) table[bits] = {operand, true};
  }
}

template <size_t kSize>
constexpr std::array<OperandPattern, kSize> fill(unsigned constants) {
  std::array<OperandPattern, kSize> table{};
  enter(table, {OperandKind::kGpr}, 32);
  enter(table, {OperandKind::kGprAbs}, 128);
  enter(table, {OperandKind::kXfer}, 64);
  enter(table, {OperandKind::kNn}, 128);
  enter(table, {OperandKind::kImm}, constants);
  for (auto post : {PostModify::kNone, PostModify::kIncrement, PostModify::kDecrement}) {
    enter(table, {OperandKind::kXferIndex, Bank::kA, post}, 1);
    enter(table, {OperandKind::kNnIndex, Bank::kA, post}, 1);
    for (uint8_t index = 0; index < 2; ++index) {
      enter(table, {OperandKind::kLmem, Bank::kA, post, index}, 16);
    }
  }
  return table;
}

}  // namespace

constexpr std::array<OperandPattern, 1024> kWidePatterns = fill<1024>(256);
constexpr std::array<OperandPattern, 256> kNarrowPatterns = fill<256>(128);

}  // namespace fpc
