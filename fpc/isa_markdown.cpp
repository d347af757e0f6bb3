// The generated tables of docs/isa.md.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <iterator>

#include "fpc/isa.h"
#include "fpc/isa_listing.h"

namespace fpc {
namespace {

// "kShiftControl" without its k.
std::string_view plain(std::string_view name) { return name.substr(1); }

// Texts may hold the character that ends a cell.
std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) escaped += c == '|' ? std::string("\\|") : std::string(1, c);
  return escaped;
}

std::string field_list(Format format) {
  std::string list;
  for (const FieldSpec& field : kFields) {
    if (field.format != format) continue;
    const unsigned msb = field.lsb + field.width - 1u;
    const std::string bits =
        field.width == 1 ? fmt::format("{}", field.lsb) : fmt::format("{}:{}", msb, field.lsb);
    list += fmt::format("{}{} {}", list.empty() ? "" : ", ", plain(field.name), bits);
  }
  return list;
}

std::string formats() {
  std::string table = "| format | text | fields and their bits |\n|---|---|---|\n";
  for (size_t at = 0; at < std::size(kFormats); ++at) {
    const FormatSpec& format = kFormats[at];
    table += fmt::format("| {} | `{}` | {} |\n", plain(format.name), format.text,
                         field_list(static_cast<Format>(at)));
  }
  return table;
}

const char* semantics_text(Semantics semantics) {
  switch (semantics) {
    case Semantics::kKnown:
      return "known";
    case Semantics::kAssumed:
      return "assumed";
    case Semantics::kNone:
      return "none";
  }
  return "";
}

// What the row leaves behind besides its destination.
const char* effects_text(const InsnSpec& row) {
  if (row.has(flag::kSetsCv)) return "NZCV, PREV_R, PREV_A";
  if (row.has(flag::kSetsNz)) return "NZ, PREV_R, PREV_A";
  if (row.has(flag::kSetsPrevA)) return "PREV_R, PREV_A";
  return row.has(flag::kSetsPrevR) ? "PREV_R" : "";
}

std::string cost_text(const InsnSpec& row) {
  if (row.taken == 0) return fmt::format("{}", row.issue);
  return fmt::format("{} / {} / {}", row.issue, row.taken, row.fresh);
}

std::string instructions() {
  std::string table =
      "| row | operation | format | match | mask | cycles | sets | semantics | meaning |\n"
      "|---|---|---|---|---|---|---|---|---|\n";
  for (const InsnSpec& row : kInsnSpecs) {
    const std::string_view word = row.mnemonic.empty() ? spec(row.format).word : row.mnemonic;
    table += fmt::format("| {} | `{}` | {} | `{:012x}` | `{:012x}` | {} | {} | {} | {} |\n",
                         plain(row.name), word, plain(spec(row.format).name), row.match, row.mask,
                         cost_text(row), effects_text(row), semantics_text(row.semantics),
                         cell(row.meaning));
  }
  return table;
}

std::string registers() {
  std::string table = "| register | byte address |\n|---|---|\n";
  for (const CsrSpec& csr : kCsrs)
    table += fmt::format("| {} | {:#05x} |\n", csr.text, csr.address);
  return table;
}

}  // namespace

std::string isa_markdown() {
  return fmt::format(
      "### Formats\n\n{}\n### Instructions\n\n{}\n### Control and status registers\n\n{}",
      formats(), instructions(), registers());
}

}  // namespace fpc
