// Reads the text form of a linked program: directives, then one slot a line in hex.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <sstream>
#include <string_view>

#include "offload-compiler/ebpf/decode.h"
#include "offload-compiler/ebpf/object.h"

namespace ebpf {
namespace {

constexpr size_t kMaxSlots = 1'000'000;

std::optional<uint64_t> number(std::string_view text, int radix) {
  uint64_t value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value, radix);
  if (status != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

class Reader {
 public:
  explicit Reader(const std::string& where) : where_(where) {}

  base::Result<void> line(std::string text) {
    ++line_;
    if (!text.empty() && text.back() == '\r') text.pop_back();
    if (text.find_first_not_of(" \t") == std::string::npos) return {};
    return text[0] == '#' ? directive(text) : slot(text);
  }

  base::Result<Program> finish() {
    if (bytes_.empty()) {
      return base::invalid_input("no instructions, at least one line of 16 hex digits is needed",
                                 where_);
    }
    program_.insns = insns_from_bytes(bytes_);
    if (auto checked = check_map_loads(); !checked) return checked.error();
    return std::move(program_);
  }

 private:
  base::Error bad(std::string message) const {
    return base::invalid_input(std::move(message), fmt::format("{}:{}", where_, line_));
  }

  base::Result<void> directive(const std::string& text) {
    const auto words = words_of(text.substr(1));
    if (words.empty()) return {};
    if (words[0] == "type") return set_type(words);
    if (words[0] == "map") return add_map(words);
    return {};  // any other comment
  }

  base::Result<void> set_type(const std::vector<std::string>& words) {
    const std::string type = words.size() == 2 ? words[1] : "";
    if (type == "xdp") {
      program_.type = ProgType::kXdp;
    } else if (type == "tc" || type == "sched_cls") {
      program_.type = ProgType::kSchedCls;
    } else if (type == "socket" || type == "socket_filter") {
      program_.type = ProgType::kSocketFilter;
    } else {
      return bad(fmt::format("program type '{}', allowed are xdp, tc and socket", type));
    }
    program_.section = type;
    return {};
  }

  base::Result<void> add_map(const std::vector<std::string>& words) {
    if (words.size() != 7) {
      return bad(fmt::format("map line of {} fields, needed are NAME TYPE KEY VALUE MAX FLAGS",
                             words.size() - 1));
    }
    uint32_t fields[5];
    for (size_t i = 0; i < 5; ++i) {
      const auto value = number(words[i + 2], 10);
      if (!value || *value > UINT32_MAX) {
        return bad(
            fmt::format("map field '{}', needed is a number up to 4294967295", words[i + 2]));
      }
      fields[i] = static_cast<uint32_t>(*value);
    }
    MapDef map;
    map.name = words[1];
    map.type = fields[0], map.key_bytes = fields[1], map.value_bytes = fields[2];
    map.max_entries = fields[3], map.flags = fields[4];
    program_.maps.push_back(std::move(map));
    return {};
  }

  base::Result<void> slot(std::string_view text) {
    text = text.substr(0, text.find_last_not_of(" \t") + 1);
    if (text.size() != 16) {
      return bad(
          fmt::format("instruction of {} characters, needed are 16 hex digits", text.size()));
    }
    if (bytes_.size() / 8 >= kMaxSlots) {
      return bad(fmt::format("more than {} instructions, the most a program may have", kMaxSlots));
    }
    for (size_t i = 0; i < 16; i += 2) {
      const auto byte = number(text.substr(i, 2), 16);
      if (!byte) return bad(fmt::format("'{}' is no hex byte", text.substr(i, 2)));
      bytes_.push_back(static_cast<uint8_t>(*byte));
    }
    return {};
  }

  base::Result<void> check_map_loads() const {
    for (size_t i = 0; i < program_.insns.size(); ++i) {
      const InsnSpec* spec = find_spec(program_.insns[i]);
      if (spec == nullptr || !spec->is_wide()) continue;
      const auto map = static_cast<uint32_t>(program_.insns[i].imm);
      if ((spec->op == Op::kLoadMap || spec->op == Op::kLoadMapValue) &&
          map >= program_.maps.size()) {
        return base::invalid_input(
            fmt::format("insn {}: map index {}, the program has {} map lines", i, map,
                        program_.maps.size()),
            where_);
      }
      ++i;
    }
    return {};
  }

  const std::string& where_;
  uint32_t line_ = 0;
  Program program_;
  std::vector<uint8_t> bytes_;
};

}  // namespace

base::Result<Program> program_from_text(const std::string& text, const std::string& where) {
  Reader reader(where);
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (auto read = reader.line(std::move(line)); !read) return read.error();
  }
  return reader.finish();
}

}  // namespace ebpf
