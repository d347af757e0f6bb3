// Look-up of rules by their stable names.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/nfp/refusal.h"

#include <algorithm>

namespace offload {
namespace {

constexpr bool names_are_unique() {
  for (const RuleSpec& a : kRuleSpecs) {
    const auto same = [&](const RuleSpec& b) {
      return std::string_view(a.name) == std::string_view(b.name);
    };
    if (std::ranges::count_if(kRuleSpecs, same) != 1) return false;
  }
  return true;
}
static_assert(names_are_unique(), "tools tell rules apart by their names");

}  // namespace

const RuleSpec* find_rule(std::string_view name) {
  const auto found = std::ranges::find(kRuleSpecs, name, &RuleSpec::name);
  return found == std::end(kRuleSpecs) ? nullptr : found;
}

}  // namespace offload
