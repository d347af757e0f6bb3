// Word files: one 16-digit hex word a line.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "base/printable.h"
#include "fpc/firmware/abi.h"
#include "fpc/firmware/image.h"

namespace firmware {
namespace {

constexpr size_t kHexDigits = 16;
constexpr size_t kShownCharacters = 24;

std::string_view trim(std::string_view line) {
  line = line.substr(0, line.find('#'));
  const size_t first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

std::string shortened(std::string_view text) {
  return base::printable(text.substr(0, kShownCharacters)) +
         (text.size() > kShownCharacters ? "..." : "");
}

bool parse_word(std::string_view text, fpc::Word& word) {
  if (text.size() != kHexDigits) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), word, 16);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

base::Result<std::vector<fpc::Word>> words_from_text(const std::string& text,
                                                     const std::string& where) {
  std::vector<fpc::Word> words;
  std::string_view rest = text;
  for (unsigned line_number = 1; !rest.empty(); ++line_number) {
    const size_t end = rest.find('\n');
    const std::string_view line = trim(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    if (line.empty()) continue;
    fpc::Word word = 0;
    const std::string place = fmt::format("{}:{}", where, line_number);
    if (!parse_word(line, word)) {
      return base::invalid_input(fmt::format("\"{}\" is not a word, allowed are {} hex digits",
                                             shortened(line), kHexDigits),
                                 place);
    }
    if (words.size() == kStoreWords) {
      return base::out_of_range(
          fmt::format("more than {} words, the size of a control store", kStoreWords), place);
    }
    words.push_back(word);
  }
  if (words.empty()) return base::invalid_input("no words, at least 1 is needed", where);
  return words;
}

}  // namespace firmware
