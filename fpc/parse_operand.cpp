// The text of an operand to an operand.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "fpc/expression.h"
#include "fpc/statement_reader.h"

namespace fpc {
namespace {

using base::Result;

struct RegisterPrefix {
  std::string_view text;
  OperandKind kind;
  Bank bank;
};

constexpr RegisterPrefix kNumbered[] = {
    {"gprA_", OperandKind::kGpr, Bank::kA},     {"gprB_", OperandKind::kGpr, Bank::kB},
    {"@gprA_", OperandKind::kGprAbs, Bank::kA}, {"@gprB_", OperandKind::kGprAbs, Bank::kB},
    {"$xfer_", OperandKind::kXfer, Bank::kA},   {"n$reg_", OperandKind::kNn, Bank::kA},
};

constexpr RegisterPrefix kIndexed[] = {
    {"*$index", OperandKind::kXferIndex, Bank::kA},
    {"*n$index", OperandKind::kNnIndex, Bank::kA},
};

constexpr std::string_view kLmemPrefix = "*l$index";

std::optional<unsigned> decimal(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.begin(), text.end(), value);
  if (error != std::errc() || end != text.end() || value > 0xffff) return std::nullopt;
  return value;
}

std::optional<PostModify> post_modify(std::string_view text) {
  if (text.empty()) return PostModify::kNone;
  if (text == "++") return PostModify::kIncrement;
  if (text == "--") return PostModify::kDecrement;
  return std::nullopt;
}

base::Error no_register(std::string_view text) {
  return base::invalid_input(fmt::format("'{}' is no register", text));
}

// The index digit and what follows it: nothing, ++, -- or [offset].
Result<Operand> parse_lmem(std::string_view text, const AssemblerNames& names) {
  const std::string_view rest = text.substr(kLmemPrefix.size());
  if (rest.empty() || rest.front() < '0' || rest.front() > '3') return no_register(text);
  Operand operand = lmem(static_cast<unsigned>(rest.front() - '0'), 0);
  const std::string_view tail = rest.substr(1);
  if (const auto post = post_modify(tail)) {
    operand.post = *post;
    return operand;
  }
  if (!tail.starts_with('[') || !tail.ends_with(']')) return no_register(text);
  const Result<int64_t> offset = evaluate(tail.substr(1, tail.size() - 2), names);
  if (!offset) return offset.error();
  if (*offset < 0 || *offset > 15) {
    return base::out_of_range(
        fmt::format("offset {} is out of range, words 0 to 15 can be named", *offset));
  }
  operand.value = static_cast<uint16_t>(*offset);
  return operand;
}

// nullopt: the text is not that of a register.
std::optional<Result<Operand>> parse_register(std::string_view text, const AssemblerNames& names) {
  if (text.starts_with(kLmemPrefix)) return parse_lmem(text, names);
  for (const RegisterPrefix& prefix : kIndexed) {
    if (!text.starts_with(prefix.text)) continue;
    const auto post = post_modify(text.substr(prefix.text.size()));
    if (!post) return no_register(text);
    return Operand{prefix.kind, prefix.bank, *post};
  }
  for (const RegisterPrefix& prefix : kNumbered) {
    if (!text.starts_with(prefix.text)) continue;
    const auto number = decimal(text.substr(prefix.text.size()));
    if (!number) return no_register(text);
    return Operand{prefix.kind, prefix.bank, PostModify::kNone, 0, static_cast<uint16_t>(*number)};
  }
  if (text.starts_with('*') || text.starts_with('$') || text.starts_with('@'))
    return no_register(text);
  return std::nullopt;
}

}  // namespace

Result<Operand> parse_operand(std::string_view text, const AssemblerNames& names) {
  if (text == "--") return none();
  if (const Operand* named = names.register_of(text)) return *named;
  if (auto found = parse_register(text, names)) return *found;
  const Result<int64_t> value = evaluate(text, names);
  if (!value) return value.error();
  if (*value < 0 || *value > 0xff) {
    return base::out_of_range(
        fmt::format("constant {:#x} is out of range, operands hold 0 to 0xff", *value));
  }
  return imm(static_cast<unsigned>(*value));
}

}  // namespace fpc
