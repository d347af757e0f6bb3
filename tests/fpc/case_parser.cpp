// Text of a case file to a Case.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>
#include <sstream>

#include "fpc/assembler.h"
#include "fpc/ecc.h"
#include "tests/fpc/case_file.h"

namespace fpc::test {
namespace {

constexpr std::string_view kBlank = " \t\r";

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!(text = trim(text)).empty()) {
    const size_t end = std::min(text.find_first_of(kBlank), text.size());
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return parts;
}

bool read_number(std::string_view text, uint64_t& value, int base = 10) {
  if (text.starts_with("0x")) {
    text.remove_prefix(2);
    base = 16;
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty();
}

uint64_t limit_of(std::string_view kind) {
  if (kind == "a" || kind == "b") return kRelativeGprs;
  if (kind == "xin" || kind == "xout") return kXferRegs;
  if (kind == "lm") return kLmWords;
  if (kind == "lmaddr") return 4;
  if (kind == "mem") return uint64_t{1} << 40;
  return 0;
}

// "a12", "2:xin3", "mem 0x100"
bool read_place(std::string_view text, Place& place) {
  uint64_t slot = 0;
  if (const size_t colon = text.find(':'); colon != std::string_view::npos) {
    if (!read_number(text.substr(0, colon), slot) || slot >= kSlots) return false;
    text.remove_prefix(colon + 1);
  }
  place.slot = static_cast<unsigned>(slot);
  const size_t digits = std::min(text.find_first_of("0123456789"), text.size());
  place.kind = trim(text.substr(0, digits));
  return read_number(trim(text.substr(digits)), place.number) &&
         place.number < limit_of(place.kind);
}

bool read_values(std::string_view text, const Place& place, std::vector<uint32_t>& values) {
  const bool bytes = place.kind == "mem";
  for (const std::string_view part : split(text)) {
    uint64_t value = 0;
    if (!read_number(part, value, bytes ? 16 : 10) || value > (bytes ? 0xff : 0xffff'ffff)) {
      return false;
    }
    values.push_back(static_cast<uint32_t>(value));
  }
  return bytes ? !values.empty() : values.size() == 1;
}

class Parser {
 public:
  explicit Parser(const std::string& file_name) : file_name_(file_name) {}

  base::Result<Case> parse(std::string_view text) {
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
      ++line_;
      if (!read_line(line)) return fail(line);
    }
    if (case_.words.empty()) finish_code();
    if (error_) return *error_;
    if (case_.words.empty()) return base::invalid_input("no code", file_name_);
    return std::move(case_);
  }

 private:
  base::Error fail(const std::string& line) const {
    if (error_) return *error_;
    return base::invalid_input(fmt::format("cannot use '{}' under '{}'", trim(line), section_),
                               fmt::format("{}:{}", file_name_, line_));
  }

  bool read_line(std::string_view line) {
    const std::string_view text = trim(line);
    if (text.starts_with("-- ")) {
      section_ = trim(text.substr(3));
      return section_ == "code" || section_ == "words" || section_ == "before" ||
             section_ == "after";
    }
    code_ += section_ == "code" ? std::string(line) + "\n" : "\n";
    if (section_ == "code" || text.empty() || text.starts_with('#')) return true;
    if (section_ == "words") return read_words(text);
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos) return false;
    return read_setting(trim(text.substr(0, equals)), trim(text.substr(equals + 1)));
  }

  bool read_words(std::string_view text) {
    for (const std::string_view part : split(text)) {
      uint64_t word = 0;
      if (!read_number(part, word, 16)) return false;
      case_.words.push_back(word);
    }
    return true;
  }

  bool read_setting(std::string_view name, std::string_view value) {
    if (section_ == "before" && name == "slots") return read_slots(value);
    if (section_ == "after") {
      if (name == "flags") return case_.flags.emplace(value), true;
      if (name == "fault") return case_.fault = value, true;
      if (name == "cycles") return read_number(value, case_.cycles.emplace());
      if (name == "instructions") return read_number(value, case_.instructions.emplace());
    }
    Setting setting;
    setting.line = line_;
    if (!read_place(name, setting.place) || !read_values(value, setting.place, setting.values)) {
      return false;
    }
    (section_ == "before" ? case_.before : case_.after).push_back(std::move(setting));
    return section_ == "before" || section_ == "after";
  }

  bool read_slots(std::string_view text) {
    case_.slot_mask = 0;
    for (const std::string_view part : split(text)) {
      uint64_t slot = 0;
      if (!read_number(part, slot) || slot >= kSlots) return false;
      case_.slot_mask |= static_cast<uint8_t>(1u << slot);
    }
    return case_.slot_mask != 0;
  }

  void finish_code() {
    const base::Result<Assembly> assembly = assemble(code_, file_name_);
    if (!assembly) {
      error_ = assembly.error();
      return;
    }
    for (const Word word : assembly->words) case_.words.push_back(with_ecc(word));
  }

  std::string file_name_;
  std::string section_ = "heading";
  std::string code_;
  unsigned line_ = 0;
  Case case_;
  std::optional<base::Error> error_;
};

}  // namespace

base::Result<Case> parse_case(std::string_view text, const std::string& file_name) {
  return Parser(file_name).parse(text);
}

}  // namespace fpc::test
