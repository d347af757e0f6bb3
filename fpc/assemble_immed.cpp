// The text of immed: chooses shift and inversion for a constant, or says that one word cannot hold it.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <limits>
#include <optional>

#include "fpc/assemble_insn.h"

namespace fpc {
namespace {

// The 16 bits that, shifted left by `bytes`, give `value`.
std::optional<uint16_t> packed(uint32_t value, unsigned bytes) {
  const uint32_t shifted = value >> (8 * bytes);
  if (shifted > 0xffff || shifted << (8 * bytes) != value) return std::nullopt;
  return static_cast<uint16_t>(shifted);
}

bool try_form(uint32_t value, unsigned bytes, bool invert, Insn& insn) {
  const auto constant = packed(invert ? ~value : value, bytes);
  if (!constant) return false;
  insn.immediate = *constant;
  insn.imm_shift = static_cast<uint8_t>(bytes);
  insn.imm_invert = invert;
  return true;
}

// As it is, complemented, then with a shift: the first that fits.
bool choose_form(uint32_t value, Insn& insn) {
  for (unsigned bytes = 0; bytes <= 2; ++bytes) {
    if (try_form(value, bytes, false, insn) || try_form(value, bytes, true, insn)) return true;
  }
  return false;
}

// A shift in the text belongs to the word, not to the value: immed[x, 0x12, <<16].
void read_written_shift(StatementReader& reader, uint32_t value, Insn& insn) {
  const std::string_view text = reader.argument(2);
  if (text != "<<8" && text != "<<16") {
    return reader.fail(fmt::format("'{}' is no shift of immed, <<8 and <<16 are", text));
  }
  if (!try_form(value, 0, false, insn) && !try_form(value, 0, true, insn)) {
    return reader.fail(
        fmt::format("constant {:#x} does not fit 16 bits, nor does its complement", value));
  }
  insn.imm_shift = text == "<<8" ? 1 : 2;
}

// immed_b0..3, immed_w0, immed_w1
void read_part(StatementReader& reader, std::string_view part, uint32_t value, Insn& insn) {
  const bool half = part.front() == 'w';
  const auto number = static_cast<unsigned>(part.back() - '0');
  if (!try_form(value, 0, false, insn) && !try_form(value, 0, true, insn)) {
    return reader.fail(
        fmt::format("constant {:#x} does not fit 16 bits, nor does its complement", value));
  }
  insn.imm_width = half ? ImmWidth::kHalf : ImmWidth::kByte;
  insn.imm_shift = static_cast<uint8_t>(half ? number * 2 : number);
}

}  // namespace

void read_immediate(StatementReader& reader, Insn& insn) {
  constexpr std::string_view kWord = "immed";
  std::string_view part = reader.word().substr(kWord.size());
  if (!reader.expect_count(2, part.empty() ? 3 : 2)) return;
  insn.dst = reader.operand(0);
  const int64_t value = reader.value(reader.argument(1));
  if (reader.failed()) return;
  if (value < std::numeric_limits<int32_t>::min() || value > std::numeric_limits<uint32_t>::max()) {
    return reader.fail(fmt::format("constant {:#x} does not fit 32 bits", value));
  }
  const auto bits = static_cast<uint32_t>(value);
  if (!part.empty()) {
    part.remove_prefix(1);
    read_part(reader, part, bits, insn);
  } else if (reader.count() == 3) {
    read_written_shift(reader, bits, insn);
  } else if (!choose_form(bits, insn)) {
    reader.fail(fmt::format("constant {:#x} does not fit one immed, use immed and immed_w1", bits));
  }
}

}  // namespace fpc
