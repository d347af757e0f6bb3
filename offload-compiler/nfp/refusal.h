// The rules of offload as data, and how one of them becomes a diagnostic.
// SPDX-License-Identifier: Apache-2.0
//
//   Diagnostic d = refusal<Rule::kStack>(program_bytes, firmware_bytes);   // arguments are checked against the text
#pragma once

#include <fmt/format.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "offload-compiler/diagnostic.h"

namespace offload {

enum class Rule : uint8_t {
#define OFFLOAD_RULE(rule, ...) rule,
#include "offload-compiler/nfp/rules.def"
#undef OFFLOAD_RULE
};

struct RuleSpec {
  const char* name;
  base::ErrorCode code;
  int error_number;  // positive errno
  const char* error_name;
  const char* text;  // pattern
  const char* hint;
};

inline constexpr RuleSpec kRuleSpecs[] = {
#define OFFLOAD_RULE(rule, name, code, error_number, text, hint) \
  {name, base::ErrorCode::code, error_number, #error_number, text, hint},
#include "offload-compiler/nfp/rules.def"
#undef OFFLOAD_RULE
};

constexpr const RuleSpec& spec_of(Rule rule) { return kRuleSpecs[static_cast<size_t>(rule)]; }

// The rule of that stable name, or nullptr.
const RuleSpec* find_rule(std::string_view name);

// Of the program as a whole; set `insn` for one of an instruction.
template <Rule kRule, typename... Args>
Diagnostic refusal(const Args&... args) {
  constexpr RuleSpec kSpec = spec_of(kRule);
  constexpr fmt::format_string<const Args&...> kText(kSpec.text);
  return {Diagnostic::Severity::kRefusal, kSpec.name, kSpec.code, {}, fmt::format(kText, args...)};
}

}  // namespace offload
