// Writes classic programs as tcpdump does.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "offload-compiler/ebpf/classic/text.h"

namespace classic {
namespace {

std::string packet_operand(const Insn& insn) {
  const Ancillary* row = is_absolute_load(insn) ? find_ancillary(insn.k) : nullptr;
  return row ? fmt::format("[{}]", row->listing)
             : fmt::format("[{}]", static_cast<int32_t>(insn.k));
}

std::string operand_text(const Insn& insn, Operand operand, size_t index) {
  const auto decimal = static_cast<int32_t>(insn.k);
  switch (operand) {
    case Operand::kNothing:
      return {};
    case Operand::kDecimal:
      return fmt::format("#{}", decimal);
    case Operand::kHex:
      return fmt::format("#{:#x}", insn.k);
    case Operand::kX:
      return "x";
    case Operand::kScratch:
      return fmt::format("M[{}]", decimal);
    case Operand::kPacket:
      return packet_operand(insn);
    case Operand::kIndexed:
      return fmt::format("[x + {}]", decimal);
    case Operand::kIpHeader:
      return fmt::format("4*([{}]&0xf)", decimal);
    case Operand::kLength:
      return "#pktlen";
    case Operand::kTarget:
      return fmt::format("{}", static_cast<int32_t>(index + 1 + insn.k));
  }
  return {};
}

}  // namespace

std::string listing_line(const Program& program, size_t index) {
  const Insn& insn = program[index];
  const InsnSpec* spec = find_spec(insn.code);
  if (spec == nullptr) return fmt::format("({:03}) unknown  {:#x}", index, insn.code);
  const std::string operand = operand_text(insn, spec->operand, index);
  if (!is_conditional_jump(insn))
    return fmt::format("({:03}) {:<8} {}", index, spec->mnemonic, operand);
  return fmt::format("({:03}) {:<8} {:<16} jt {}\tjf {}", index, spec->mnemonic, operand,
                     index + 1 + insn.jt, index + 1 + insn.jf);
}

std::string write_text(const Program& program, Form form) {
  std::string text;
  if (form == Form::kDecimal) text = fmt::format("{}\n", program.size());
  for (size_t i = 0; i < program.size(); ++i) {
    const Insn& insn = program[i];
    switch (form) {
      case Form::kListing:
        text += listing_line(program, i) + "\n";
        break;
      case Form::kArray:
        text +=
            fmt::format("{{ {:#x}, {}, {}, {:#010x} }},\n", insn.code, insn.jt, insn.jf, insn.k);
        break;
      case Form::kDecimal:
        text += fmt::format("{} {} {} {}\n", insn.code, insn.jt, insn.jf, insn.k);
        break;
    }
  }
  return text;
}

}  // namespace classic
