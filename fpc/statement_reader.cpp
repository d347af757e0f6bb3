// Reads the arguments of one instruction's text.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/statement_reader.h"

#include <fmt/format.h>

#include "fpc/expression.h"

namespace fpc {
namespace {

bool is_digit(std::string_view text) {
  return !text.empty() && text.front() >= '0' && text.front() <= '9';
}

// Takes `prefix` away where an amount follows it, so that names may begin with it.
bool take_amount_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  const std::string_view rest = text.substr(prefix.size());
  if (!is_digit(rest) && !rest.starts_with('(') && rest != "indirect") return false;
  text = rest;
  return true;
}

}  // namespace

std::string_view StatementReader::argument(size_t at) const {
  return at < count() ? statement_.head.arguments[at] : std::string_view();
}

bool StatementReader::expect_count(size_t least, size_t most) {
  if (count() >= least && count() <= most) return true;
  const std::string allowed =
      least == most ? fmt::format("{}", least) : fmt::format("{} to {}", least, most);
  fail(fmt::format("{} has {} operands, it takes {}", word(), count(), allowed));
  return false;
}

Operand StatementReader::operand(size_t at) {
  const base::Result<Operand> operand = parse_operand(argument(at), names_);
  if (operand) return *operand;
  fail(operand.error().message);
  return none();
}

int64_t StatementReader::value(std::string_view text) {
  const base::Result<int64_t> value = evaluate(text, names_);
  if (value) return *value;
  fail(value.error().message);
  return 0;
}

unsigned StatementReader::number(std::string_view text, unsigned least, unsigned most,
                                 std::string_view what) {
  const int64_t found = value(text);
  if (failed()) return least;
  if (found >= least && found <= most) return static_cast<unsigned>(found);
  fail(fmt::format("{} {} is out of range, {} to {} is allowed", what, found, least, most));
  return least;
}

uint16_t StatementReader::target(std::string_view text) {
  if (text.starts_with('.') && is_digit(text.substr(1))) text.remove_prefix(1);
  return static_cast<uint16_t>(number(text, 0, kMaxAddress, "target"));
}

unsigned StatementReader::signal(std::string_view text, std::string_view what) {
  if (text.starts_with("sig") && is_digit(text.substr(3))) text.remove_prefix(3);
  return number(text, 0, 15, what);
}

void StatementReader::shift(std::string_view text, bool plain_double, Insn& insn) {
  const bool left = text.starts_with("<<");
  if (!left && !text.starts_with(">>")) {
    fail(fmt::format("'{}' is no shift, it begins with << or >>", text));
    return;
  }
  std::string_view amount = trim(text.substr(2));
  if (left) {
    insn.shift_control = ShiftControl::kLeft;
  } else if (take_amount_prefix(amount, "rot")) {
    insn.shift_control = ShiftControl::kRotate;
  } else if (take_amount_prefix(amount, "dbl") || plain_double) {
    insn.shift_control = ShiftControl::kDouble;
  } else {
    insn.shift_control = ShiftControl::kRight;
  }
  const bool may_be_indirect = insn.shift_control != ShiftControl::kRotate;
  insn.shift = 0;
  if (amount == "indirect" && may_be_indirect) return;
  insn.shift = static_cast<uint8_t>(number(amount, 1, 31, "shift amount"));
}

Op StatementReader::row(Format format, std::string_view mnemonic) {
  for (const InsnSpec& candidate : kInsnSpecs) {
    if (candidate.format == format && candidate.mnemonic == mnemonic) return candidate.op;
  }
  fail(fmt::format("{} has no operation '{}'", word(), mnemonic));
  return {};
}

const TextItem* StatementReader::take_modifier(std::string_view name) {
  for (size_t at = 0; at < statement_.modifiers.size(); ++at) {
    const uint64_t bit = uint64_t{1} << at;
    if (statement_.modifiers[at].word != name || (taken_ & bit)) continue;
    taken_ |= bit;
    return &statement_.modifiers[at];
  }
  return nullptr;
}

bool StatementReader::take_flag(std::string_view name) {
  const TextItem* modifier = take_modifier(name);
  if (modifier == nullptr) return false;
  if (!modifier->arguments.empty()) fail(fmt::format("{} takes no arguments", name));
  return true;
}

const TextItem* StatementReader::next_modifier() const {
  for (size_t at = 0; at < statement_.modifiers.size(); ++at) {
    if (!(taken_ >> at & 1)) return &statement_.modifiers[at];
  }
  return nullptr;
}

bool StatementReader::took_modifier(std::string_view name) const {
  for (size_t at = 0; at < statement_.modifiers.size(); ++at) {
    if ((taken_ >> at & 1) && statement_.modifiers[at].word == name) return true;
  }
  return false;
}

std::string_view StatementReader::only_argument(const TextItem& modifier) {
  if (modifier.arguments.size() == 1) return modifier.arguments.front();
  fail(fmt::format("{} has {} arguments, it takes 1", modifier.word, modifier.arguments.size()));
  return {};
}

void StatementReader::fail(std::string message) {
  if (!error_) error_ = std::move(message);
}

}  // namespace fpc
