// Reads the text forms of classic programs line by line.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "offload-compiler/ebpf/classic/read_listing.h"
#include "offload-compiler/ebpf/classic/text.h"

namespace classic {
namespace {

using base::Result;

bool is_blank(std::string_view line) {
  return std::ranges::all_of(line, [](unsigned char c) { return std::isspace(c) != 0; });
}

// The four fields of -dd and -ddd lines, their separators being blanks or what is in `separators`.
Result<Insn> read_fields(std::string_view line, std::string_view separators) {
  constexpr uint32_t kLimits[] = {UINT16_MAX, UINT8_MAX, UINT8_MAX, UINT32_MAX};
  uint32_t fields[4] = {};
  size_t count = 0;
  for (size_t at = 0; (at = line.find_first_not_of(separators, at)) != std::string_view::npos;) {
    const size_t end = std::min(line.find_first_of(separators, at), line.size());
    const std::string_view field = line.substr(at, end - at);
    at = end;
    if (count == std::size(fields))
      return base::invalid_input("more than the 4 numbers of an instruction: code jt jf k");
    const auto number = parse_number(field);
    if (!number || *number > kLimits[count]) {
      return base::invalid_input(fmt::format("'{}' where a number up to {} is needed",
                                             field.substr(0, 40), kLimits[count]));
    }
    fields[count++] = *number;
  }
  if (count != std::size(fields)) {
    return base::invalid_input(
        fmt::format("{} of the 4 numbers of an instruction: code jt jf k", count));
  }
  return Insn{static_cast<uint16_t>(fields[0]), static_cast<uint8_t>(fields[1]),
              static_cast<uint8_t>(fields[2]), fields[3]};
}

class Reader {
 public:
  explicit Reader(const std::string& where) : where_(where) {}

  Result<void> line(std::string_view text) {
    ++line_;
    if (is_blank(text)) return {};
    if (!form_known_) {
      const Result<Form> form = form_of(text);
      if (!form) return form.error();
      form_known_ = true;
      form_ = *form;
      if (form_ == Form::kDecimal) return read_count(text);
    }
    if (count_ != 0 && program_.size() == count_)
      return bad(fmt::format("instructions beyond the {} that the first line announces", count_));
    if (program_.size() == kMaxInsns)
      return bad(fmt::format("more than {} instructions, the most a program may have", kMaxInsns));
    const Result<Insn> insn = read_insn(text);
    if (!insn) return bad(insn.error().message);
    program_.push_back(*insn);
    return {};
  }

  Result<Program> finish() {
    if (count_ != 0 && program_.size() != count_) {
      return base::invalid_input(
          fmt::format("{} instructions, the first line announces {}", program_.size(), count_),
          where_);
    }
    if (program_.empty()) return base::invalid_input("no instructions", where_);
    return std::move(program_);
  }

 private:
  base::Error bad(std::string message) const {
    return base::invalid_input(std::move(message), fmt::format("{}:{}", where_, line_));
  }

  Result<Form> form_of(std::string_view text) const {
    const char first = text[text.find_first_not_of(" \t")];
    if (first == '(') return Form::kListing;
    if (first == '{') return Form::kArray;
    if (std::isdigit(static_cast<unsigned char>(first))) return Form::kDecimal;
    return bad(
        "no text of tcpdump -d '(000) ...', -dd '{ ... },' or -ddd, which begins with a count");
  }

  Result<void> read_count(std::string_view text) {
    const std::string_view digits = text.substr(0, text.find_last_not_of(" \t\r") + 1);
    count_ = parse_number(digits).value_or(0);
    if (count_ >= 1 && count_ <= kMaxInsns) return {};
    return bad(fmt::format("'{}' where the number of instructions is needed, 1 to {}",
                           digits.substr(0, 40), kMaxInsns));
  }

  Result<Insn> read_insn(std::string_view text) const {
    switch (form_) {
      case Form::kListing:
        return read_listing_line(text, program_.size());
      case Form::kArray:
        return read_fields(text, " \t\r{},");
      case Form::kDecimal:
        return read_fields(text, " \t\r");
    }
    return base::invalid_input("no form");
  }

  const std::string& where_;
  uint32_t line_ = 0;
  bool form_known_ = false;
  Form form_ = Form::kListing;
  uint32_t count_ = 0;  // of instructions, when the text announces it
  Program program_;
};

}  // namespace

Result<Program> read_text(std::string_view text, const std::string& where) {
  Reader reader(where);
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (auto read = reader.line(text.substr(0, end)); !read) return read.error();
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return reader.finish();
}

}  // namespace classic
