// Operands as text, in the spelling of objdump.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/operand_text.h"

#include <fmt/format.h>

namespace fpc {
namespace {

const char* post_text(PostModify post) {
  switch (post) {
    case PostModify::kNone:
      return "";
    case PostModify::kIncrement:
      return "++";
    case PostModify::kDecrement:
      return "--";
  }
  return "";
}

std::string lmem_text(const Operand& operand) {
  const unsigned index = operand.lm_index;
  if (operand.post != PostModify::kNone)
    return fmt::format("*l$index{}{}", index, post_text(operand.post));
  if (operand.value == 0) return fmt::format("*l$index{}", index);
  return fmt::format("*l$index{}[{}]", index, operand.value);
}

}  // namespace

std::string to_text(const Operand& operand) {
  const char bank = operand.bank == Bank::kA ? 'A' : 'B';
  switch (operand.kind) {
    case OperandKind::kNone:
      return "--";
    case OperandKind::kGpr:
      return fmt::format("gpr{}_{}", bank, operand.value);
    case OperandKind::kGprAbs:
      return fmt::format("@gpr{}_{}", bank, operand.value);
    case OperandKind::kXfer:
      return fmt::format("$xfer_{}", operand.value);
    case OperandKind::kXferIndex:
      return fmt::format("*$index{}", post_text(operand.post));
    case OperandKind::kNn:
      return fmt::format("n$reg_{}", operand.value);
    case OperandKind::kNnIndex:
      return fmt::format("*n$index{}", post_text(operand.post));
    case OperandKind::kLmem:
      return lmem_text(operand);
    case OperandKind::kImm:
      return fmt::format("{:#x}", operand.value);
  }
  return "";
}

}  // namespace fpc
