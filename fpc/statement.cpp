// One line of assembler text taken apart: labels, a directive or an instruction with its arguments and modifiers.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/statement.h"

#include <fmt/format.h>

#include "fpc/assembler_names.h"

namespace fpc {
namespace {

using base::Result;

std::string_view without_comment(std::string_view line) {
  return line.substr(0, std::min(line.find(';'), line.find("//")));
}

// At commas that stand in no bracket. Error: brackets that do not match.
Result<std::vector<std::string_view>> split_at_commas(std::string_view text) {
  std::vector<std::string_view> parts;
  std::string closers;  // what closes the open brackets
  size_t start = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '[') closers.push_back(']');
    if (c == '(') closers.push_back(')');
    if (c == ']' || c == ')') {
      if (closers.empty() || closers.back() != c) {
        return base::invalid_input(fmt::format("'{}' without its opening bracket", c));
      }
      closers.pop_back();
    }
    if (c == ',' && closers.empty()) {
      parts.push_back(trim(text.substr(start, at - start)));
      start = at + 1;
    }
  }
  if (!closers.empty()) return base::invalid_input(fmt::format("'{}' is missing", closers.back()));
  parts.push_back(trim(text.substr(start)));
  return parts;
}

// Behind the bracket that closes the one at `open`; the brackets are known to match.
size_t behind_closing(std::string_view text, size_t open) {
  size_t at = open;
  for (unsigned depth = 0; at < text.size(); ++at) {
    if (text[at] == '[') ++depth;
    if (text[at] == ']' && --depth == 0) return at + 1;
  }
  return at;
}

Result<TextItem> parse_item(std::string_view text) {
  const size_t open = text.find('[');
  if (open == std::string_view::npos) return TextItem{text, {}};
  const std::string_view word = trim(text.substr(0, open));
  if (word.empty())
    return base::invalid_input(fmt::format("no instruction stands before '{}'", text));
  const size_t end = behind_closing(text, open);
  if (end != text.size()) {
    return base::invalid_input(fmt::format("'{}' follows without a comma", trim(text.substr(end))));
  }
  Result<std::vector<std::string_view>> arguments =
      split_at_commas(text.substr(open + 1, end - open - 2));
  if (!arguments) return arguments.error();
  return TextItem{word, std::move(*arguments)};
}

}  // namespace

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

Result<Statement> parse_statement(std::string_view line) {
  Statement statement;
  std::string_view rest = trim(without_comment(line));
  for (size_t colon = rest.find(':'); colon != std::string_view::npos; colon = rest.find(':')) {
    statement.labels.push_back(trim(rest.substr(0, colon)));
    rest = trim(rest.substr(colon + 1));
  }
  if (rest.starts_with('.')) {
    statement.directive = rest;
    return statement;
  }
  if (rest.empty()) return statement;
  const Result<std::vector<std::string_view>> parts = split_at_commas(rest);
  if (!parts) return parts.error();
  for (const std::string_view part : *parts) {
    Result<TextItem> item = parse_item(part);
    if (!item) return item.error();
    if (item->word.empty()) return base::invalid_input("nothing stands before or behind a comma");
    if (statement.head.word.empty()) {
      statement.head = std::move(*item);
    } else {
      statement.modifiers.push_back(std::move(*item));
    }
  }
  return statement;
}

}  // namespace fpc
