// Constant expressions of the assembler: a precedence climber over one string.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/expression.h"

#include <fmt/format.h>

#include <charconv>
#include <iterator>

namespace fpc {
namespace {

constexpr unsigned kMaxDepth = 64;  // of parentheses and unary operators

struct BinaryOperator {
  std::string_view text;
  unsigned precedence;
  uint64_t (*apply)(uint64_t, uint64_t);
};

uint64_t shift_left(uint64_t a, uint64_t b) { return b < 64 ? a << b : 0; }
uint64_t shift_right(uint64_t a, uint64_t b) { return b < 64 ? a >> b : 0; }

constexpr BinaryOperator kOperators[] = {
    {"|", 1, [](uint64_t a, uint64_t b) { return a | b; }},
    {"&", 2, [](uint64_t a, uint64_t b) { return a & b; }},
    {"<<", 3, &shift_left},
    {">>", 3, &shift_right},
    {"+", 4, [](uint64_t a, uint64_t b) { return a + b; }},
    {"-", 4, [](uint64_t a, uint64_t b) { return a - b; }},
    {"*", 5, [](uint64_t a, uint64_t b) { return a * b; }},
};

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The first error stays; values behind it mean nothing.
class Evaluator {
 public:
  Evaluator(std::string_view text, const AssemblerNames& names) : text_(text), names_(names) {}

  base::Result<int64_t> run() {
    skip_spaces();
    if (at_ == text_.size()) return base::invalid_input("a value is missing");
    const uint64_t value = binary(0, 0);
    skip_spaces();
    if (!failed_ && at_ < text_.size()) fail("an operator or the end");
    if (failed_) return base::invalid_input(message_);
    return static_cast<int64_t>(value);
  }

 private:
  void skip_spaces() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }

  void report(std::string message) {
    if (!failed_) message_ = std::move(message);
    failed_ = true;
  }

  void fail(std::string_view expected) {
    const std::string found =
        at_ < text_.size() ? fmt::format("'{}'", text_.substr(at_)) : "the end";
    report(fmt::format("expected {} in '{}', found {}", expected, text_, found));
  }

  bool take(std::string_view token) {
    skip_spaces();
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }

  const BinaryOperator* take_operator(unsigned precedence) {
    for (const BinaryOperator& candidate : kOperators) {
      if (candidate.precedence >= precedence && take(candidate.text)) return &candidate;
    }
    return nullptr;
  }

  uint64_t binary(unsigned precedence, unsigned depth) {
    uint64_t left = unary(depth);
    while (!failed_) {
      const BinaryOperator* found = take_operator(precedence);
      if (found == nullptr) break;
      left = found->apply(left, binary(found->precedence + 1, depth));
    }
    return left;
  }

  uint64_t unary(unsigned depth) {
    if (depth == kMaxDepth) {
      report(fmt::format("the expression is nested deeper than {}", kMaxDepth));
      return 0;
    }
    if (take("-")) return uint64_t{0} - unary(depth + 1);
    if (take("~")) return ~unary(depth + 1);
    if (!take("(")) return primary();
    const uint64_t value = binary(0, depth + 1);
    if (!failed_ && !take(")")) fail("')'");
    return value;
  }

  uint64_t primary() {
    skip_spaces();
    size_t end = at_;
    while (end < text_.size() && is_word_char(text_[end])) ++end;
    const std::string_view word = text_.substr(at_, end - at_);
    if (word.empty()) {
      fail("a number or a name");
      return 0;
    }
    at_ = end;
    return word.front() >= '0' && word.front() <= '9' ? number(word) : name(word);
  }

  uint64_t number(std::string_view word) {
    std::string_view digits = word;
    int base = 10;
    if (word.starts_with("0x") || word.starts_with("0b")) {
      base = word[1] == 'x' ? 16 : 2;
      digits.remove_prefix(2);
    }
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), value, base);
    if (error != std::errc() || end != digits.end()) {
      report(fmt::format("'{}' is no number of at most 64 bits", word));
    }
    return value;
  }

  uint64_t name(std::string_view word) {
    if (const auto value = names_.value_of(word)) return static_cast<uint64_t>(*value);
    if (names_.register_of(word) != nullptr) {
      report(fmt::format("'{}' is a register, a constant must stand here", word));
    } else {
      report(fmt::format("'{}' is not defined", word));
    }
    return 0;
  }

  std::string_view text_;
  const AssemblerNames& names_;
  size_t at_ = 0;
  bool failed_ = false;
  std::string message_;
};

}  // namespace

base::Result<int64_t> evaluate(std::string_view text, const AssemblerNames& names) {
  return Evaluator(text, names).run();
}

}  // namespace fpc
