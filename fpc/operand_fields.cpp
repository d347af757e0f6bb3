// Operands to the bits of a field, with the reason when the field cannot hold them.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/operand_fields.h"

#include <fmt/format.h>

#include "fpc/format_rules.h"
#include "fpc/operand_text.h"

namespace fpc {
namespace {

// Numbers that an operand's kind may have in a field of this width, 0 when it has no place there.
unsigned numbers_of(const Operand& operand, const FieldOffer& offer) {
  const bool wide = offer.width == OperandWidth::kWide;
  switch (operand.kind) {
    case OperandKind::kGpr:
      return 32;
    case OperandKind::kXfer:
      return 64;
    case OperandKind::kImm:
      return offer.constants;
    case OperandKind::kXferIndex:
      return 1;
    case OperandKind::kNnIndex:
      return operand.post == PostModify::kDecrement ? 0 : 1;
    case OperandKind::kGprAbs:
    case OperandKind::kNn:
      return wide ? 128 : 0;
    case OperandKind::kLmem:
      if (operand.post != PostModify::kNone) return wide ? 1 : 0;
      return wide ? 16 : 8;
    case OperandKind::kNone:
      return 0;
  }
  return 0;
}

base::Error misfit(const Operand& operand, const FieldOffer& offer, unsigned numbers) {
  const std::string text = to_text(operand);
  const auto width = static_cast<unsigned>(offer.width);
  if (numbers == 0) {
    return base::invalid_input(
        fmt::format("{} has no form as an operand of {} bits here", text, width));
  }
  const char* what = is_constant(operand) ? "constants" : "numbers";
  return base::out_of_range(fmt::format("{} is out of range, {} of this kind go up to {:#x} here",
                                        text, what, numbers - 1));
}

}  // namespace

base::Result<unsigned> source_field(const Operand& operand, const FieldOffer& offer) {
  const unsigned numbers = numbers_of(operand, offer);
  if (numbers == 0 || operand.value >= numbers) return misfit(operand, offer, numbers);
  if (operand.kind == OperandKind::kLmem && operand.lm_index >= offer.lm_indices) {
    return base::out_of_range(fmt::format("{} is out of range, indices go up to {} here",
                                          to_text(operand), offer.lm_indices - 1));
  }
  if (is_gpr(operand) && operand.bank != offer.bank) {
    return base::invalid_input(
        fmt::format("{} cannot stand here, the field names registers of bank {}", to_text(operand),
                    offer.bank == Bank::kA ? 'A' : 'B'));
  }
  return operand_bits(operand, offer.width);
}

base::Result<unsigned> destination_field(const Operand& operand, const FieldOffer& offer) {
  if (is_none(operand)) return offer.width == OperandWidth::kWide ? kWideNone : kNarrowNone;
  if (is_constant(operand)) {
    return base::invalid_input(
        fmt::format("{} cannot be a destination, it is a constant", to_text(operand)));
  }
  return source_field(operand, offer);
}

}  // namespace fpc
