// One line of assembler text taken apart: labels, a directive or an instruction with its arguments and modifiers.
// SPDX-License-Identifier: Apache-2.0
//
//   again: alu[gprA_0, --, B, *l$index1[2]], gpr_wrboth   ; copy
//   labels {"again"}, head {"alu", {"gprA_0", "--", "B", "*l$index1[2]"}}, modifiers {{"gpr_wrboth", {}}}
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"

namespace fpc {

// word, or word[argument, argument]
struct TextItem {
  std::string_view word;
  std::vector<std::string_view> arguments;
};

struct Statement {
  std::vector<std::string_view> labels;
  std::string_view directive;  // ".org 8", or empty
  TextItem head;               // word empty: no instruction on this line
  std::vector<TextItem> modifiers;
};

// The views point into `line`.
base::Result<Statement> parse_statement(std::string_view line);

// Without blanks at both ends.
std::string_view trim(std::string_view text);

}  // namespace fpc
