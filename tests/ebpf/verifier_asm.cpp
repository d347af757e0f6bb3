// Matches statements against the text templates of bpf.def.
// SPDX-License-Identifier: Apache-2.0
#include "tests/ebpf/verifier_asm.h"

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <optional>
#include <vector>

#include "offload-compiler/ebpf/decode.h"

namespace ebpf_test {
namespace {

using ebpf::Insn;

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<uint64_t> number(std::string_view text) {
  const bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  int radix = 10;
  if (text.substr(0, 2) == "0x") {
    text.remove_prefix(2);
    radix = 16;
  }
  uint64_t value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value, radix);
  if (text.empty() || status != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return negative ? 0 - value : value;
}

// What a statement says: the fields of its instruction and the label that it names.
struct Statement {
  Insn insn;
  int32_t next_imm = 0;
  bool wide = false;
  std::string label;
  bool label_in_imm = false;
};

bool set_register(uint8_t& field, std::string_view text, char letter, bool& seen) {
  if (text.size() < 2 || text[0] != letter) return false;
  const auto value = number(text.substr(1));
  if (!value || *value > 10 || (seen && field != *value)) return false;
  field = static_cast<uint8_t>(*value);
  seen = true;
  return true;
}

// Fills what a placeholder stands for; false when the text cannot be one.
class Fields {
 public:
  bool fill(std::string_view name, std::string_view text, Statement& s) {
    if (name == "dst") return set_register(s.insn.dst, text, 'r', dst_);
    if (name == "src") return set_register(s.insn.src, text, 'r', src_);
    if (name == "wdst") return set_register(s.insn.dst, text, 'w', dst_);
    if (name == "wsrc") return set_register(s.insn.src, text, 'w', src_);
    if (name == "goto" || name == "gotol") return target(text, s, name == "gotol");
    if (name == "off") return offset(text, s);
    const auto value = number(text);
    if (!value) return false;
    if (name == "next") {
      s.next_imm = static_cast<int32_t>(*value);
      return true;
    }
    if (name == "imm64") s.next_imm = static_cast<int32_t>(*value >> 32);
    s.insn.imm = static_cast<int32_t>(*value);
    return true;
  }

 private:
  static bool target(std::string_view text, Statement& s, bool is_long) {
    if (text.empty()) return false;
    if (const auto value = number(text)) {
      if (is_long) {
        s.insn.imm = static_cast<int32_t>(*value);
      } else {
        s.insn.off = static_cast<int16_t>(*value);
      }
      return true;
    }
    if (text.find(' ') != std::string_view::npos) return false;
    s.label = text;
    s.label_in_imm = is_long;
    return true;
  }

  static bool offset(std::string_view text, Statement& s) {
    if (text.size() < 4 || text[0] != ' ' || text[2] != ' ') return false;
    const auto value = number(text.substr(3));
    if (!value || (text[1] != '+' && text[1] != '-')) return false;
    s.insn.off = static_cast<int16_t>(text[1] == '-' ? 0 - *value : *value);
    return true;
  }

  bool dst_ = false, src_ = false;
};

bool match(std::string_view pattern, std::string_view text, Statement& s) {
  Fields fields;
  while (true) {
    const size_t open = pattern.find('{');
    const std::string_view literal = pattern.substr(0, open);
    if (text.substr(0, literal.size()) != literal) return false;
    text.remove_prefix(literal.size());
    if (open == std::string_view::npos) return text.empty();
    const size_t close = pattern.find('}');
    const std::string_view name = pattern.substr(open + 1, close - open - 1);
    pattern.remove_prefix(close + 1);
    const std::string_view following = pattern.substr(0, pattern.find('{'));
    const size_t end =
        following.empty() ? (pattern.empty() ? text.size() : text.find(' ')) : text.find(following);
    if (end == std::string_view::npos || !fields.fill(name, text.substr(0, end), s)) return false;
    text.remove_prefix(end);
  }
}

std::optional<Statement> parse(std::string_view text) {
  for (const ebpf::InsnSpec& spec : ebpf::kInsnSpecs) {
    Statement s;
    s.insn.opcode = spec.opcode;
    s.insn.src = static_cast<uint8_t>(spec.src.literal);
    s.insn.off = static_cast<int16_t>(spec.off.literal);
    s.insn.imm = spec.imm.literal;
    s.wide = spec.is_wide();
    if (match(spec.text, text, s)) return s;
  }
  return std::nullopt;
}

std::optional<Insn> parse_raw(std::string_view text) {
  if (text.substr(0, 4) != "raw " || text.size() != 20) return std::nullopt;
  std::vector<uint8_t> bytes;
  for (size_t i = 4; i < 20; i += 2) {
    const auto value = number("0x" + std::string(text.substr(i, 2)));
    if (!value) return std::nullopt;
    bytes.push_back(static_cast<uint8_t>(*value));
  }
  return ebpf::insns_from_bytes(bytes).front();
}

struct Reference {
  size_t insn;
  std::string label;
  bool in_imm;
};

class Assembler {
 public:
  base::Result<std::vector<Insn>> run(std::string_view text) {
    for (size_t end; !text.empty(); text.remove_prefix(end)) {
      end = std::min(text.find_first_of(";\n"), text.size());
      std::string_view part = text.substr(0, end);
      part = trim(part.substr(0, part.find('#')));
      if (auto error = statement(part)) return *error;
      if (end < text.size()) ++end;
    }
    for (const Reference& reference : references_) {
      const auto label = labels_.find(reference.label);
      if (label == labels_.end()) return base::invalid_input("no label " + reference.label);
      const auto distance =
          static_cast<int32_t>(label->second) - static_cast<int32_t>(reference.insn) - 1;
      Insn& insn = code_[reference.insn];
      if (reference.in_imm) {
        insn.imm = distance;
      } else {
        insn.off = static_cast<int16_t>(distance);
      }
    }
    return std::move(code_);
  }

 private:
  std::optional<base::Error> statement(std::string_view text) {
    if (const size_t colon = text.find(':'); colon != std::string_view::npos) {
      labels_[std::string(trim(text.substr(0, colon)))] = code_.size();
      text = trim(text.substr(colon + 1));
    }
    if (text.empty()) return std::nullopt;
    if (const auto raw = parse_raw(text)) {
      code_.push_back(*raw);
      return std::nullopt;
    }
    if (text.substr(0, 5) == "call " && !number(text.substr(5))) {
      references_.push_back({code_.size(), std::string(text.substr(5)), true});
      code_.push_back({0x85, 0, 1, 0, 0});
      return std::nullopt;
    }
    const auto parsed = parse(text);
    if (!parsed) return base::invalid_input(fmt::format("cannot assemble \"{}\"", text));
    if (!parsed->label.empty()) {
      references_.push_back({code_.size(), parsed->label, parsed->label_in_imm});
    }
    code_.push_back(parsed->insn);
    if (parsed->wide) code_.push_back({0, 0, 0, 0, parsed->next_imm});
    return std::nullopt;
  }

  std::vector<Insn> code_;
  std::map<std::string, size_t> labels_;
  std::vector<Reference> references_;
};

}  // namespace

base::Result<std::vector<Insn>> assemble(std::string_view text) { return Assembler().run(text); }

}  // namespace ebpf_test
