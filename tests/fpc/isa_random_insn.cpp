// Random instructions of a row: every field and operand form that the row's format can hold.
// SPDX-License-Identifier: Apache-2.0
#include "tests/fpc/isa_random_insn.h"

#include "fpc/format_rules.h"
#include "fpc/modifiers.h"

namespace fpc {
namespace {

class Generator {
 public:
  Generator(const InsnSpec& row, base::Rng& rng) : row_(row), rng_(rng) { insn_.op = row.op; }

  Insn run() {
    fill_plain_fields();
    fill_operands();
    return insn_;
  }

 private:
  bool has(Field field) const { return has_field(row_.format, field); }
  unsigned below(unsigned bound) { return static_cast<unsigned>(rng_.below(bound)); }
  bool coin() { return below(2) != 0; }

  bool wide() const {
    for (const FieldSpec& field : kFields) {
      if (field.format == row_.format && (field.field == Field::kA || field.field == Field::kDst)) {
        return field.width == 10;
      }
    }
    return false;
  }

  uint8_t bits_of(Field which) {
    for (const FieldSpec& field : kFields) {
      if (field.format == row_.format && field.field == which)
        return static_cast<uint8_t>(below(1u << field.width));
    }
    return 0;
  }

  void fill_plain_fields() {
    for (const FlagModifier& flag : kFlagModifiers) insn_.*flag.member = bits_of(flag.field) != 0;
    insn_.clear = bits_of(Field::kClear) != 0;
    insn_.sense = bits_of(Field::kSense) != 0;
    insn_.byte_mask = bits_of(Field::kByteMask);
    insn_.defer = bits_of(Field::kDefer);
    insn_.ev_pip = bits_of(Field::kEvPip);
    insn_.state = bits_of(Field::kState);
    insn_.byte = bits_of(Field::kByte);
    insn_.arb_flags = bits_of(Field::kArbFlags);
    insn_.swap_mode = static_cast<CommandSwap>(bits_of(Field::kSwapMode));
    insn_.address_mode = static_cast<AddressMode>(bits_of(Field::kAddressMode));
    insn_.count = bits_of(Field::kCount);
    insn_.signal = bits_of(Field::kSignal);
    insn_.token = bits_of(Field::kToken);
    // Most actions of the memory unit have rows of their own.
    insn_.action = row_.op == Op::kMemOther ? 27 : bits_of(Field::kAction);
    if (has(Field::kEventMask)) insn_.event_mask = static_cast<uint16_t>(rng_.next());
    if (has(Field::kTargetLow)) insn_.target = static_cast<uint16_t>(below(kMaxAddress + 1));
    if (has(Field::kXferLow)) insn_.xfer = static_cast<uint8_t>(below(64));
    if (has(Field::kCsr)) insn_.csr = static_cast<uint16_t>(below(0x800) * 4);
    if (has(Field::kImmHigh)) insn_.immediate = static_cast<uint16_t>(rng_.next());
    if (has(Field::kInvert)) insn_.imm_invert = coin();
    if (row_.format == Format::kBrBit) insn_.bit = static_cast<uint8_t>(below(32));
    if (row_.format == Format::kImmed) fill_immediate_form();
    fill_shift();
    fill_reserved();
  }

  void fill_immediate_form() {
    do {
      insn_.imm_width = static_cast<ImmWidth>(below(3));
      insn_.imm_shift = static_cast<uint8_t>(below(4));
    } while (!is_immediate_form(insn_.imm_width, insn_.imm_shift));
  }

  void fill_shift() {
    if (!has(Field::kShift)) return;
    insn_.shift = static_cast<uint8_t>(below(32));
    insn_.shift_control = static_cast<ShiftControl>(
        has(Field::kShiftControl) ? bits_of(Field::kShiftControl) : row_.match >> 8 & 3);
    // Double shifts of other operations than B are rows of their own.
    const bool own_row =
        row_.format == Format::kShf && row_.op != Op::kShfB && row_.op != Op::kShfByteAlign;
    if (own_row && insn_.shift_control == ShiftControl::kDouble)
      insn_.shift_control = ShiftControl::kLeft;
  }

  void fill_reserved() {
    if (coin() && row_.format != Format::kRaw) return;
    for (const FieldSpec& field : kFields) {
      if (field.format == row_.format && field.field == Field::kReserved)
        insn_.reserved |= rng_.next() & field.mask();
    }
    // The target of a raw command is one that nobody names.
    if (row_.format == Format::kRaw)
      insn_.reserved = (insn_.reserved & ~(Word{0x70} << 32)) | Word{0x20} << 32;
  }

  Operand random_register() {
    switch (below(wide() ? 8 : 5)) {
      case 0:
        return gpr_a(below(32));
      case 1:
        return gpr_b(below(32));
      case 2:
        return xfer(below(64));
      case 3:
        return lmem(below(has(Field::kSrcLmExt) || has(Field::kDstLmExt) ? 4 : 2),
                    below(wide() ? 16 : 8));
      case 4:
        return {coin() ? OperandKind::kXferIndex : OperandKind::kNnIndex, Bank::kA,
                coin() ? PostModify::kIncrement : PostModify::kNone};
      case 5:
        return {OperandKind::kGprAbs, coin() ? Bank::kA : Bank::kB, PostModify::kNone, 0,
                static_cast<uint16_t>(below(128))};
      case 6:
        return {OperandKind::kNn, Bank::kA, PostModify::kNone, 0,
                static_cast<uint16_t>(below(128))};
      default:
        return {OperandKind::kLmem, Bank::kA,
                coin() ? PostModify::kIncrement : PostModify::kDecrement,
                static_cast<uint8_t>(below(4))};
    }
  }

  Operand random_constant() { return imm(below(wide() || has(Field::kImm8) ? 256 : 128)); }
  Operand random_source() { return below(4) == 0 ? random_constant() : random_register(); }

  void fill_operands() {
    if (has(Field::kDst)) insn_.dst = below(8) == 0 ? none() : random_register();
    if (has_two_sources(row_.format)) {
      fill_two_sources();
    } else if (has_register_and_constant(row_.format)) {
      (row_.format == Format::kImmed ? insn_.dst : insn_.a) = random_register();
      if (row_.format == Format::kBrByte) insn_.b = random_constant();
    } else if (has_address(row_.format)) {
      fill_address();
    } else if (row_.format == Format::kLdField) {
      insn_.dst = random_register();
      do {
        insn_.b = random_source();
      } while (sources_clash(row_, insn_, insn_.dst, insn_.b));
    }
  }

  void fill_two_sources() {
    do {
      insn_.a = random_source();
      insn_.b = random_source();
      // Register 0 in the place of an ignored operand is what "--" encodes as.
      if (!reads_a(row_, insn_) && (coin() || insn_.a.value == 0)) insn_.a = none();
      if (!row_.has(flag::kReadsB) && (coin() || insn_.b.value == 0)) insn_.b = none();
    } while (sources_clash(row_, insn_, insn_.a, insn_.b) ||
             (is_constant(insn_.a) && is_constant(insn_.b)));
  }

  void fill_address() {
    do {
      insn_.a = random_source();
      insn_.b = coin() ? gpr_b(below(32)) : random_constant();
    } while (is_gpr(insn_.a, Bank::kB) || sources_clash(row_, insn_, insn_.a, insn_.b));
  }

  const InsnSpec& row_;
  base::Rng& rng_;
  Insn insn_;
};

}  // namespace

Insn random_insn(const InsnSpec& row, base::Rng& rng) { return Generator(row, rng).run(); }

}  // namespace fpc
