// Reads listing lines: the mnemonic and the operand's form together name the row of classic.def.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/classic/read_listing.h"

#include <fmt/format.h>

#include <charconv>

namespace classic {
namespace {

using base::Result;

constexpr std::string_view kBlanks = " \t\r";

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
}

// The text up to the next blank; `rest` goes on behind it.
std::string_view take_word(std::string_view& rest) {
  rest = trim(rest);
  const size_t end = std::min(rest.find_first_of(kBlanks), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest = trim(rest.substr(end));
  return word;
}

// What stands between `before` and `after`, when the text has both.
std::optional<std::string_view> between(std::string_view text, std::string_view before,
                                        std::string_view after) {
  if (text.size() < before.size() + after.size()) return std::nullopt;
  if (!text.starts_with(before) || !text.ends_with(after)) return std::nullopt;
  return text.substr(before.size(), text.size() - before.size() - after.size());
}

std::optional<uint32_t> number_between(std::string_view text, std::string_view before,
                                       std::string_view after) {
  const auto inner = between(text, before, after);
  return inner ? parse_number(*inner) : std::nullopt;
}

std::optional<uint32_t> packet_offset(std::string_view text) {
  if (const auto number = number_between(text, "[", "]")) return number;
  const auto name = between(text, "[", "]");
  for (const Ancillary& row : kAncillaries) {
    if (name == row.listing) return kAncillaryBase + row.offset;
  }
  return std::nullopt;
}

// The value of k that `text` gives an instruction with this form of operand.
std::optional<uint32_t> parse_operand(Operand operand, std::string_view text, size_t index) {
  switch (operand) {
    case Operand::kNothing:
      return text.empty() ? std::optional<uint32_t>(0) : std::nullopt;
    case Operand::kDecimal:
    case Operand::kHex:
      return number_between(text, "#", "");
    case Operand::kX:
      return text == "x" ? std::optional<uint32_t>(0) : std::nullopt;
    case Operand::kScratch:
      return number_between(text, "M[", "]");
    case Operand::kPacket:
      return packet_offset(text);
    case Operand::kIndexed:
      return number_between(text, "[x + ", "]");
    case Operand::kIpHeader:
      return number_between(text, "4*([", "]&0xf)");
    case Operand::kLength:
      return text == "#pktlen" ? std::optional<uint32_t>(0) : std::nullopt;
    case Operand::kTarget:
      const auto target = parse_number(text);
      if (!target) return std::nullopt;
      return *target - static_cast<uint32_t>(index) - 1;
  }
  return std::nullopt;
}

// "jt 4 jf 8" behind a jump's operand: distances into `insn`.
Result<void> read_targets(std::string_view text, size_t index, Insn& insn) {
  struct {
    std::string_view label;
    uint8_t Insn::*distance;
  } const targets[] = {{"jt", &Insn::jt}, {"jf", &Insn::jf}};
  for (const auto& target : targets) {
    const std::string_view label = take_word(text), number = take_word(text);
    const auto to = parse_number(number);
    if (label != target.label || !to) {
      return base::invalid_input(fmt::format(
          "'{} {}' behind a conditional jump, needed are 'jt N' and 'jf N'", label, number));
    }
    const uint64_t distance = uint64_t{*to} - index - 1;
    if (distance > UINT8_MAX) {
      return base::invalid_input(fmt::format("{} {}, allowed from here are {} to {}", target.label,
                                             *to, index + 1, index + 1 + UINT8_MAX));
    }
    insn.*target.distance = static_cast<uint8_t>(distance);
  }
  if (text.empty()) return {};
  return base::invalid_input(fmt::format("'{}' behind the jump's targets", text));
}

Result<void> read_number(std::string_view word, size_t index) {
  const auto number = number_between(word, "(", ")");
  if (number && *number == index) return {};
  return base::invalid_input(
      fmt::format("begins with '{}', needed is the instruction's number ({:03})", word, index));
}

}  // namespace

std::optional<uint32_t> parse_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const bool hex = text.starts_with("0x");
  if (hex) text.remove_prefix(2);
  uint32_t value = 0;
  const auto [end, status] =
      std::from_chars(text.data(), text.data() + text.size(), value, hex ? 16 : 10);
  if (status != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (negative && value > uint32_t{1} << 31) return std::nullopt;
  return negative ? 0 - value : value;
}

Result<Insn> read_listing_line(std::string_view line, size_t index) {
  std::string_view rest = line;
  if (auto read = read_number(take_word(rest), index); !read) return read.error();
  const std::string_view mnemonic = take_word(rest);
  std::string_view operand = rest, targets;
  if (const size_t jump = rest.find("jt "); jump != std::string_view::npos) {
    operand = trim(rest.substr(0, jump));
    targets = rest.substr(jump);
  }
  bool known = false;
  for (const InsnSpec& spec : kInsnSpecs) {
    if (mnemonic != spec.mnemonic) continue;
    known = true;
    const auto k = parse_operand(spec.operand, operand, index);
    if (!k) continue;
    Insn insn{spec.code, 0, 0, *k};
    if (!is_conditional_jump(insn) && targets.empty()) return insn;
    if (!is_conditional_jump(insn)) break;
    if (auto read = read_targets(targets, index, insn); !read) return read.error();
    return insn;
  }
  if (!known) return base::invalid_input(fmt::format("unknown mnemonic '{}'", mnemonic));
  return base::invalid_input(fmt::format("'{}' is no operand of {}", trim(rest), mnemonic));
}

}  // namespace classic
