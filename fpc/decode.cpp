// Words to instructions.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "fpc/ecc.h"
#include "fpc/format_rules.h"
#include "fpc/row_lookup.h"

namespace fpc {
namespace {

// The bits around an operand field that its meaning depends on.
struct Context {
  OperandWidth width;
  Bank bank;
  bool lm_ext = false;
  bool imm8 = false;
};

bool read_operand(unsigned bits, Context context, Operand& operand) {
  const OperandPattern& pattern = operand_pattern(bits, context.width);
  operand = pattern.operand;
  if (is_gpr(operand)) operand.bank = context.bank;
  if (operand.kind == OperandKind::kLmem && context.lm_ext) operand.lm_index += 2;
  if (is_constant(operand) && context.imm8) operand.value += 128;
  return pattern.legal;
}

bool read_destination(unsigned bits, Context context, Operand& operand) {
  if (bits == (context.width == OperandWidth::kWide ? kWideNone : kNarrowNone)) {
    operand = none();
    return true;
  }
  return read_operand(bits, context, operand) && !is_constant(operand);
}

template <Format kFormat, Field kField>
bool flag_of(Word word) {
  if constexpr (has_field<kFormat, kField>()) {
    return get<kFormat, kField>(word) != 0;
  }
  return false;
}

template <Format kFormat>
Context source_context(Word word, Bank bank) {
  return {operand_width<kFormat>(), bank, flag_of<kFormat, Field::kSrcLmExt>(word),
          flag_of<kFormat, Field::kImm8>(word)};
}

template <Format kFormat>
bool read_dst_field(Word word, Insn& insn) {
  const Bank bank = flag_of<kFormat, Field::kDstBank>(word) ? Bank::kB : Bank::kA;
  const bool lm_ext = flag_of<kFormat, Field::kDstLmExt>(word);
  return read_destination(get<kFormat, Field::kDst>(word), {operand_width<kFormat>(), bank, lm_ext},
                          insn.dst);
}

// A source that the operation ignores and whose field is 0 is "--".
template <Format kFormat>
bool read_source(unsigned bits, Bank bank, bool ignored, Word word, Operand& operand) {
  if (ignored && bits == 0) return true;
  return read_operand(bits, source_context<kFormat>(word, bank), operand);
}

template <Format kFormat>
bool read_two_sources(Word word, const InsnSpec& row, Insn& insn) {
  insn.swap = get<kFormat, Field::kSwap>(word) != 0;
  const bool ignores_a = !reads_a(row, insn);
  const bool ignores_b = !row.has(flag::kReadsB);
  const unsigned field_a = get<kFormat, Field::kA>(word);
  const unsigned field_b = get<kFormat, Field::kB>(word);
  Operand& in_a = insn.swap ? insn.b : insn.a;
  Operand& in_b = insn.swap ? insn.a : insn.b;
  const bool ignores_in_a = insn.swap ? ignores_b : ignores_a;
  const bool ignores_in_b = insn.swap ? ignores_a : ignores_b;
  return read_source<kFormat>(field_a, Bank::kA, ignores_in_a, word, in_a) &&
         read_source<kFormat>(field_b, Bank::kB, ignores_in_b, word, in_b) &&
         !sources_clash(row, insn, insn.a, insn.b);
}

bool read_ld_field(Word word, const InsnSpec& row, Insn& insn) {
  constexpr Format kFormat = Format::kLdField;
  insn.swap = get<kFormat, Field::kSwap>(word) != 0;
  const unsigned field_a = get<kFormat, Field::kA>(word);
  const unsigned field_b = get<kFormat, Field::kB>(word);
  const bool dst_ext = flag_of<kFormat, Field::kDstLmExt>(word);
  const Context dst{OperandWidth::kNarrow, insn.swap ? Bank::kB : Bank::kA, dst_ext};
  const Bank source_bank = insn.swap ? Bank::kA : Bank::kB;
  return read_destination(insn.swap ? field_b : field_a, dst, insn.dst) &&
         read_operand(insn.swap ? field_a : field_b, source_context<kFormat>(word, source_bank),
                      insn.b) &&
         !sources_clash(row, insn, insn.dst, insn.b);
}

// The fields A and B where one of them is a constant.
struct RegisterAndConstant {
  unsigned register_bits = 0;
  Bank bank = Bank::kA;
  unsigned constant = 0;
  bool legal = false;
};

template <Format kFormat>
RegisterAndConstant split_constant(Word word) {
  const unsigned field_a = get<kFormat, Field::kA>(word);
  const unsigned field_b = get<kFormat, Field::kB>(word);
  Operand operand;
  const auto is_constant_field = [&](unsigned bits) {
    return read_operand(bits, source_context<kFormat>(word, Bank::kA), operand) &&
           is_constant(operand);
  };
  if (is_constant_field(field_b)) return {field_a, Bank::kA, operand.value, true};
  if (is_constant_field(field_a)) return {field_b, Bank::kB, operand.value, true};
  return {};
}

template <Format kFormat>
bool read_register(Word word, const RegisterAndConstant& split, Operand& to) {
  constexpr bool kIsDestination = kFormat == Format::kImmed;
  Context context = source_context<kFormat>(word, split.bank);
  if constexpr (kIsDestination) {
    context.lm_ext = flag_of<kFormat, Field::kDstLmExt>(word);
    return read_destination(split.register_bits, context, to);
  }
  return read_operand(split.register_bits, context, to) && !is_constant(to);
}

// The value is a register beside a constant 0, or the same constant twice.
bool read_csr_value(Word word, Insn& insn) {
  constexpr Format kFormat = Format::kCsrWrite;
  const RegisterAndConstant split = split_constant<kFormat>(word);
  if (!split.legal) return false;
  if (split.register_bits == get<kFormat, Field::kB>(word) && split.bank == Bank::kA) {
    insn.a = imm(split.constant);
    return true;
  }
  insn.swap = split.bank == Bank::kB;
  return split.constant == 0 && read_register<kFormat>(word, split, insn.a);
}

template <Format kFormat>
bool read_register_and_constant(Word word, Insn& insn) {
  if constexpr (kFormat == Format::kCsrWrite) return read_csr_value(word, insn);
  const RegisterAndConstant split = split_constant<kFormat>(word);
  insn.swap = split.bank == Bank::kB;
  if constexpr (kFormat == Format::kImmed || kFormat == Format::kJump) {
    insn.immediate =
        static_cast<uint16_t>(get<kFormat, Field::kImmHigh>(word) << 8 | split.constant);
  } else if constexpr (kFormat == Format::kBrBit) {
    if (split.constant < 1 || split.constant > 32) return false;
    insn.bit = static_cast<uint8_t>(split.constant - 1);
  } else {
    insn.b = imm(split.constant);
  }
  Operand& to = kFormat == Format::kImmed ? insn.dst : insn.a;
  return split.legal && read_register<kFormat>(word, split, to);
}

// A has no bank B, and B is a register of that bank or a constant.
template <Format kFormat>
bool read_address(Word word, const InsnSpec& row, Insn& insn) {
  return read_operand(get<kFormat, Field::kA>(word), {OperandWidth::kNarrow, Bank::kA}, insn.a) &&
         read_operand(get<kFormat, Field::kB>(word), {OperandWidth::kNarrow, Bank::kB}, insn.b) &&
         (is_gpr(insn.b) || is_constant(insn.b)) && !sources_clash(row, insn, insn.a, insn.b);
}

uint8_t shift_amount(unsigned field, ShiftControl control) {
  return static_cast<uint8_t>(control == ShiftControl::kLeft ? (32 - field) % 32 : field);
}

template <Format kFormat>
void read_split_fields(Word word, const InsnSpec& row, Insn& insn) {
  if constexpr (kFormat == Format::kShfFixed) {
    insn.shift_control =
        static_cast<ShiftControl>(get<Format::kShf, Field::kShiftControl>(row.match));
  }
  if constexpr (has_field<kFormat, Field::kShift>()) {
    insn.shift = shift_amount(get<kFormat, Field::kShift>(word), insn.shift_control);
  }
  if constexpr (has_field<kFormat, Field::kTargetLow>()) {
    insn.target = static_cast<uint16_t>(get<kFormat, Field::kTargetHigh>(word) << 13 |
                                        get<kFormat, Field::kTargetLow>(word));
  }
  if constexpr (has_field<kFormat, Field::kXferLow>()) {
    insn.xfer = static_cast<uint8_t>(get<kFormat, Field::kXferHigh>(word) << 5 |
                                     get<kFormat, Field::kXferLow>(word));
  }
  if constexpr (has_field<kFormat, Field::kCsr>()) {
    insn.csr = static_cast<uint16_t>(get<kFormat, Field::kCsr>(word) * 4);
  }
}

template <Format kFormat>
bool read_operands(Word word, const InsnSpec& row, Insn& insn) {
  if constexpr (has_two_sources(kFormat)) {
    if (!read_two_sources<kFormat>(word, row, insn)) return false;
  } else if constexpr (has_register_and_constant(kFormat)) {
    if (!read_register_and_constant<kFormat>(word, insn)) return false;
  } else if constexpr (has_address(kFormat)) {
    return read_address<kFormat>(word, row, insn);
  } else if constexpr (kFormat == Format::kLdField) {
    return read_ld_field(word, row, insn);
  }
  if constexpr (has_field<kFormat, Field::kDst>()) return read_dst_field<kFormat>(word, insn);
  return true;
}

template <Format kFormat>
bool decode_as(Word word, const InsnSpec& row, Insn& insn) {
  insn.op = row.op;
  read_members<kFormat>(word, insn);
  read_split_fields<kFormat>(word, row, insn);
  if (!read_operands<kFormat>(word, row, insn)) return false;
  insn.reserved |= (word ^ derived_bits<kFormat>(insn)) & derived_mask<kFormat>();
  return kFormat != Format::kImmed || is_immediate_form(insn.imm_width, insn.imm_shift);
}

using DecodeFunction = bool (*)(Word, const InsnSpec&, Insn&);
constexpr DecodeFunction kDecoders[] = {
#define FPC_FORMAT(name, ...) &decode_as<Format::name>,
#include "fpc/isa.def"
};

}  // namespace

base::Result<Insn> decode(Word word) {
  word &= kInsnMask;
  const InsnSpec* row = find_row(word);
  Insn insn;
  if (row != nullptr && kDecoders[static_cast<unsigned>(row->format)](word, *row, insn))
    return insn;
  const InsnSpec& other = spec(Op::kCmdOther);
  if ((word & other.mask) == other.match) {
    insn = {};
    decode_as<Format::kRaw>(word, other, insn);
    return insn;
  }
  return base::invalid_input(fmt::format("illegal word {:#014x}", word));
}

}  // namespace fpc
