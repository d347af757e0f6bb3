// The words behind the closing bracket of an instruction's text, for printing and for reading.
// SPDX-License-Identifier: Apache-2.0
//
//   gpr_wrboth, no_cc, predicate_cc, load_cc, indirect_ref    flags, see kFlagModifiers
//   ctx_swap[sigN], sig_done[sigN]                            commands; nothing when signal 0 and
//   no swap defer[N]                                                  branches, ctx_arb, swapping
//   commands mode[N]                                                   commands whose address mode
//   the operands do not show ev[N], css[N]                                             branches
//   with other EV_PIP or CSS bits than usual swapped SW bit set though the operands do not ask for
//   it bits[0x...]                                               Insn::reserved
#pragma once

#include <string>
#include <string_view>

#include "fpc/format_rules.h"

namespace fpc {

struct FlagModifier {
  std::string_view word;
  Field field;
  bool Insn::*member;
};

inline constexpr FlagModifier kFlagModifiers[] = {
    {"no_cc", Field::kNoCc, &Insn::no_cc},
    {"predicate_cc", Field::kPredicateCc, &Insn::predicate_cc},
    {"load_cc", Field::kLoadCc, &Insn::load_cc},
    {"gpr_wrboth", Field::kWrBoth, &Insn::wr_both},
    {"indirect_ref", Field::kIndirectRef, &Insn::indirect_ref},
};

constexpr bool has_field(Format format, Field which) {
  for (const FieldSpec& field : kFields) {
    if (field.format == format && field.field == which) return true;
  }
  return false;
}

// What the state and EV_PIP bits of a branch hold when nothing asks for something else.
constexpr uint8_t kUsualState = 2;
constexpr uint8_t usual_ev_pip(const InsnSpec& row) { return row.has(flag::kConditional) ? 1 : 0; }

// The SW bit, or the side of the register, that the operands ask for (nfp-isa 3.3).
constexpr bool natural_swap(const InsnSpec& row, const Insn& insn) {
  if (has_two_sources(row.format)) return must_swap(insn.a, insn.b);
  if (row.format == Format::kLdField) return must_swap(insn.dst, insn.b);
  return is_gpr(row.format == Format::kImmed ? insn.dst : insn.a, Bank::kB);
}

// The 40-bit modes with a `<<8`, and the 32-bit sum.
constexpr bool shown_by_operands(AddressMode mode) {
  return mode == AddressMode::kAShift8PlusB || mode == AddressMode::kBShift8PlusA ||
         mode == AddressMode::kAPlusB;
}

// Bit 2 of the count means a 64-bit operand: add64, test_add64_imm.
constexpr uint8_t kCount64 = 4;
inline std::string wide_mnemonic(const InsnSpec& row) {
  std::string word(row.mnemonic);
  return word.insert(word.find("add") + 3, "64");
}

// "voluntary" and "sigN" stand for event bits; these for the flags of ctx_arb.
constexpr uint8_t kArbAny = 1;
constexpr uint8_t kArbBreakpoint = 2;
constexpr uint8_t kArbBranch = 4;
constexpr uint8_t kArbNotKill = 8;

}  // namespace fpc
