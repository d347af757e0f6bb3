// The names that a text may use: constants, labels and registers, each name once.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/assembler_names.h"

#include <fmt/format.h>

#include <algorithm>

namespace fpc {

bool is_name(std::string_view text) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !text.empty() && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return is_letter(c) || is_digit(c); });
}

base::Result<void> AssemblerNames::check_new(std::string_view name) const {
  if (!is_name(name)) {
    return base::invalid_input(
        fmt::format("'{}' is no name, names are letters, digits and underscores", name));
  }
  if (name.starts_with("gprA_") || name.starts_with("gprB_")) {
    return base::invalid_input(fmt::format("'{}' is the name of a register", name));
  }
  if (value_of(name) || register_of(name) != nullptr) {
    return base::invalid_input(fmt::format("'{}' is already defined", name));
  }
  return {};
}

base::Result<void> AssemblerNames::add_constant(std::string_view name, int64_t value) {
  if (auto fresh = check_new(name); !fresh) return fresh;
  constants_.emplace(name, value);
  return {};
}

base::Result<void> AssemblerNames::add_label(std::string_view name, uint16_t address) {
  if (auto fresh = check_new(name); !fresh) return fresh;
  labels_.emplace(name, address);
  return {};
}

base::Result<void> AssemblerNames::add_register(std::string_view name, const Operand& operand) {
  if (auto fresh = check_new(name); !fresh) return fresh;
  registers_.emplace(name, operand);
  return {};
}

std::optional<int64_t> AssemblerNames::value_of(std::string_view name) const {
  if (const auto at = constants_.find(name); at != constants_.end()) return at->second;
  if (const auto at = labels_.find(name); at != labels_.end()) return at->second;
  return std::nullopt;
}

const Operand* AssemblerNames::register_of(std::string_view name) const {
  const auto at = registers_.find(name);
  return at == registers_.end() ? nullptr : &at->second;
}

}  // namespace fpc
