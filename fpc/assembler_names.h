// The names that a text may use: constants, labels and registers, each name once.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "fpc/insn.h"

namespace fpc {

class AssemblerNames {
 public:
  base::Result<void> add_constant(std::string_view name, int64_t value);
  base::Result<void> add_label(std::string_view name, uint16_t address);
  base::Result<void> add_register(std::string_view name, const Operand& operand);

  std::optional<int64_t> value_of(
      std::string_view name) const;                         // a constant, or the address of a label
  const Operand* register_of(std::string_view name) const;  // nullptr: no such register

  const std::map<std::string, uint16_t, std::less<>>& labels() const { return labels_; }

 private:
  base::Result<void> check_new(std::string_view name) const;

  std::map<std::string, int64_t, std::less<>> constants_;
  std::map<std::string, uint16_t, std::less<>> labels_;
  std::map<std::string, Operand, std::less<>> registers_;
};

// A letter or underscore, then letters, digits and underscores.
bool is_name(std::string_view text);

}  // namespace fpc
