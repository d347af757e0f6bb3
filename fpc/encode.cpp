// Instructions to words.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "fpc/format_rules.h"
#include "fpc/operand_fields.h"
#include "fpc/operand_text.h"
#include "fpc/row_lookup.h"

namespace fpc {
namespace {

using base::Result;

template <Format kFormat>
constexpr FieldOffer offer_of(Bank bank) {
  const unsigned indices =
      has_field<kFormat, Field::kSrcLmExt>() || has_field<kFormat, Field::kDstLmExt>() ? 4 : 2;
  const bool narrow = operand_width<kFormat>() == OperandWidth::kNarrow;
  const unsigned constants = narrow && !has_field<kFormat, Field::kImm8>() ? 128 : 256;
  return {operand_width<kFormat>(), bank, indices, constants};
}

base::Error missing(const char* which) {
  return base::invalid_input(
      fmt::format("the {} operand is missing, this operation reads it", which));
}

base::Error clash(const Operand& left, const Operand& right) {
  return base::invalid_input(fmt::format(
      "{} and {} are of the same kind, one word reads one of each", to_text(left), to_text(right)));
}

// A or B, both of the same format.
template <Format kFormat>
Result<Word> source_word(const Operand& operand, Bank field) {
  Word bits = 0;
  if (!is_none(operand)) {
    const Result<unsigned> source = source_field(operand, offer_of<kFormat>(field));
    if (!source) return source.error();
    bits = *source;
  }
  return field == Bank::kA ? put<kFormat, Field::kA>(bits) : put<kFormat, Field::kB>(bits);
}

template <Format kFormat>
Result<Word> both_sources(const Operand& in_a, const Operand& in_b) {
  const Result<Word> a = source_word<kFormat>(in_a, Bank::kA);
  if (!a) return a;
  const Result<Word> b = source_word<kFormat>(in_b, Bank::kB);
  if (!b) return b;
  return *a | *b;
}

template <Format kFormat>
Result<Word> two_sources(const InsnSpec& row, const Insn& insn) {
  if (is_none(insn.a) && reads_a(row, insn)) return missing("left");
  if (is_none(insn.b) && row.has(flag::kReadsB)) return missing("right");
  if (sources_clash(row, insn, insn.a, insn.b)) return clash(insn.a, insn.b);
  if (is_constant(insn.a) && is_constant(insn.b) && has_field<kFormat, Field::kImm8>() &&
      (insn.a.value ^ insn.b.value) & 0x80) {
    return base::invalid_input(fmt::format("{} and {} share their bit 7 and differ in it",
                                           to_text(insn.a), to_text(insn.b)));
  }
  const bool swap = insn.swap || must_swap(insn.a, insn.b);
  const Result<Word> sources =
      both_sources<kFormat>(swap ? insn.b : insn.a, swap ? insn.a : insn.b);
  if (!sources) return sources;
  return *sources | put<kFormat, Field::kSwap>(swap);
}

template <Format kFormat>
Result<Word> dst_field(const Insn& insn) {
  const Result<unsigned> bits = destination_field(insn.dst, offer_of<kFormat>(insn.dst.bank));
  if (!bits) return bits.error();
  return put<kFormat, Field::kDst>(*bits);
}

Result<Word> ld_field(const InsnSpec& row, const Insn& insn) {
  constexpr Format kFormat = Format::kLdField;
  if (is_none(insn.b)) return missing("source");
  if (sources_clash(row, insn, insn.dst, insn.b)) return clash(insn.dst, insn.b);
  const bool swap = insn.swap || must_swap(insn.dst, insn.b);
  const Bank dst_field = swap ? Bank::kB : Bank::kA;
  const Result<unsigned> dst = destination_field(insn.dst, offer_of<kFormat>(dst_field));
  if (!dst) return dst.error();
  const Result<Word> source = source_word<kFormat>(insn.b, swap ? Bank::kA : Bank::kB);
  if (!source) return source;
  const Word dst_bits = swap ? put<kFormat, Field::kB>(*dst) : put<kFormat, Field::kA>(*dst);
  return *source | dst_bits | put<kFormat, Field::kSwap>(swap);
}

template <Format kFormat>
Result<unsigned> register_bits(const Insn& insn, bool in_b) {
  const FieldOffer offer = offer_of<kFormat>(in_b ? Bank::kB : Bank::kA);
  if constexpr (kFormat == Format::kImmed) return destination_field(insn.dst, offer);
  if (is_none(insn.a)) return missing("register");
  if (is_constant(insn.a)) {
    return base::invalid_input(
        fmt::format("{} is a constant, a register must stand here", to_text(insn.a)));
  }
  return source_field(insn.a, offer);
}

// The constant that stands beside the register.
template <Format kFormat>
Result<Operand> constant_of(const Insn& insn) {
  if constexpr (kFormat == Format::kImmed || kFormat == Format::kJump) {
    return imm(insn.immediate & 0xff);
  } else if constexpr (kFormat == Format::kBrBit) {
    if (insn.bit < 32) return imm(insn.bit + 1u);
    return base::out_of_range(fmt::format("bit {} is out of range, bits go up to 31", insn.bit));
  } else if constexpr (kFormat == Format::kCsrWrite) {
    return is_constant(insn.a) ? insn.a : imm(0);
  } else {
    if (is_constant(insn.b)) return insn.b;
    return base::invalid_input(
        fmt::format("{} is compared with, a constant must stand here", to_text(insn.b)));
  }
}

template <Format kFormat>
Result<Word> register_and_constant(const Insn& insn) {
  const Result<Operand> constant = constant_of<kFormat>(insn);
  if (!constant) return constant.error();
  if (kFormat == Format::kCsrWrite && is_constant(insn.a))
    return both_sources<kFormat>(*constant, *constant);
  const bool in_b = insn.swap || is_gpr(kFormat == Format::kImmed ? insn.dst : insn.a, Bank::kB);
  const Result<unsigned> bits = register_bits<kFormat>(insn, in_b);
  if (!bits) return bits.error();
  const Result<Word> beside = source_word<kFormat>(*constant, in_b ? Bank::kA : Bank::kB);
  if (!beside) return beside;
  Word word = *beside | (in_b ? put<kFormat, Field::kB>(*bits) : put<kFormat, Field::kA>(*bits));
  if constexpr (has_field<kFormat, Field::kImmHigh>())
    word |= put<kFormat, Field::kImmHigh>(insn.immediate >> 8);
  return word;
}

template <Format kFormat>
Result<Word> address(const InsnSpec& row, const Insn& insn) {
  if (is_none(insn.a)) return missing("left address");
  if (is_none(insn.b)) return missing("right address");
  if (sources_clash(row, insn, insn.a, insn.b)) return clash(insn.a, insn.b);
  if (!is_gpr(insn.b) && !is_constant(insn.b)) {
    return base::invalid_input(fmt::format(
        "{} cannot be the right address operand, that is a bank B register or a constant",
        to_text(insn.b)));
  }
  return both_sources<kFormat>(insn.a, insn.b);
}

base::Error too_large(const char* what, unsigned value, unsigned limit) {
  return base::out_of_range(
      fmt::format("{} {} is out of range, at most {} fits", what, value, limit));
}

// Fields that hold a part or a code of a member.
template <Format kFormat>
Result<Word> split_fields(const InsnSpec& row, const Insn& insn) {
  Word word = 0;
  if constexpr (kFormat == Format::kShfFixed) {
    if (insn.shift_control !=
        static_cast<ShiftControl>(get<Format::kShf, Field::kShiftControl>(row.match))) {
      return base::invalid_input(fmt::format("{} stands for another shift control than {}",
                                             row.name, static_cast<unsigned>(insn.shift_control)));
    }
  }
  if constexpr (has_field<kFormat, Field::kShift>()) {
    if (insn.shift > 31) return too_large("shift amount", insn.shift, 31);
    const bool left = insn.shift_control == ShiftControl::kLeft;
    word |= put<kFormat, Field::kShift>(left ? (32u - insn.shift) % 32 : insn.shift);
  }
  if constexpr (has_field<kFormat, Field::kTargetLow>()) {
    if (insn.target > kMaxAddress) return too_large("target", insn.target, kMaxAddress);
    word |= put<kFormat, Field::kTargetLow>(insn.target & 0x1fff);
    word |= put<kFormat, Field::kTargetHigh>(insn.target >> 13);
  }
  if constexpr (has_field<kFormat, Field::kXferLow>()) {
    if (insn.xfer > 63) return too_large("transfer register", insn.xfer, 63);
    word |= put<kFormat, Field::kXferLow>(insn.xfer & 31) |
            put<kFormat, Field::kXferHigh>(insn.xfer >> 5);
  }
  if constexpr (has_field<kFormat, Field::kCsr>()) {
    if (insn.csr > 0x7ff * 4) return too_large("register address", insn.csr, 0x7ff * 4);
    if (insn.csr % 4 != 0) {
      return base::invalid_input(
          fmt::format("register address {:#x} is no multiple of 4", insn.csr));
    }
    word |= put<kFormat, Field::kCsr>(insn.csr / 4);
  }
  return word;
}

template <Format kFormat>
Result<Word> operand_fields(const InsnSpec& row, const Insn& insn) {
  if constexpr (has_register_and_constant(kFormat)) {
    return register_and_constant<kFormat>(insn);
  } else if constexpr (has_address(kFormat)) {
    return address<kFormat>(row, insn);
  } else if constexpr (kFormat == Format::kLdField) {
    return ld_field(row, insn);
  } else {
    Word word = 0;
    if constexpr (has_two_sources(kFormat)) {
      const Result<Word> sources = two_sources<kFormat>(row, insn);
      if (!sources) return sources;
      word |= *sources;
    }
    if constexpr (has_field<kFormat, Field::kDst>()) {
      const Result<Word> dst = dst_field<kFormat>(insn);
      if (!dst) return dst;
      word |= *dst;
    }
    return word;
  }
}

template <Format kFormat>
Result<Word> encode_as(const InsnSpec& row, const Insn& insn) {
  Word word = row.match;
  FieldSpec misfit{};
  if (!write_members<kFormat>(insn, word, misfit)) {
    return base::out_of_range(fmt::format("a value does not fit field {}, at most {} does",
                                          misfit.name, misfit.mask() >> misfit.lsb));
  }
  if (kFormat == Format::kImmed && !is_immediate_form(insn.imm_width, insn.imm_shift)) {
    return base::invalid_input(
        fmt::format("immed has no form with width {} and a shift of {} bytes",
                    static_cast<unsigned>(insn.imm_width), insn.imm_shift));
  }
  constexpr Word kReserved = field_mask<kFormat, Field::kReserved>() | derived_mask<kFormat>();
  if (insn.reserved & ~kReserved) {
    return base::invalid_input(fmt::format(
        "bits {:#x} are not spare in this format, only {:#x} are", insn.reserved, kReserved));
  }
  const Result<Word> split = split_fields<kFormat>(row, insn);
  if (!split) return split;
  const Result<Word> operands = operand_fields<kFormat>(row, insn);
  if (!operands) return operands;
  return (word | *split | *operands | derived_bits<kFormat>(insn)) ^ insn.reserved;
}

using EncodeFunction = Result<Word> (*)(const InsnSpec&, const Insn&);
constexpr EncodeFunction kEncoders[] = {
#define FPC_FORMAT(name, ...) &encode_as<Format::name>,
#include "fpc/isa.def"
};

// A row that stands for whatever no other row takes does not stand for what another one does.
base::Error other_row(const InsnSpec& row, const InsnSpec& found) {
  return base::invalid_input(fmt::format("{} with these fields is {}", row.name, found.name));
}

}  // namespace

Result<Word> encode(const Insn& insn) {
  const InsnSpec& row = spec(insn.op);
  const Result<Word> word = kEncoders[static_cast<unsigned>(row.format)](row, insn);
  if (!word) return word;
  if (row.format != Format::kRaw && insn.reserved == 0) {
    const InsnSpec* found = find_row(*word);
    return found == &row ? word : other_row(row, *found);
  }
  // Spare bits must not change what the other fields say.
  const Result<Insn> back = decode(*word);
  if (!back || back->reserved != insn.reserved) {
    return base::invalid_input(
        fmt::format("bits {:#x} are not spare beside these operands", insn.reserved));
  }
  if (back->op != insn.op) return other_row(row, spec(back->op));
  return word;
}

}  // namespace fpc
