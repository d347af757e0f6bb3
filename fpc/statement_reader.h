// Reads the arguments of one instruction's text; the first error stays and later values mean nothing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "fpc/assembler_names.h"
#include "fpc/isa.h"
#include "fpc/statement.h"

namespace fpc {

class StatementReader {
 public:
  StatementReader(const Statement& statement, const AssemblerNames& names)
      : statement_(statement), names_(names) {}

  std::string_view word() const { return statement_.head.word; }
  size_t count() const { return statement_.head.arguments.size(); }
  std::string_view argument(size_t at) const;  // empty behind the last one

  // Fails unless the instruction has from `least` to `most` arguments.
  bool expect_count(size_t least, size_t most);

  Operand operand(size_t at);
  int64_t value(std::string_view text);
  unsigned number(std::string_view text, unsigned least, unsigned most, std::string_view what);
  uint16_t target(std::string_view text);                         // ".8", a label or an expression
  unsigned signal(std::string_view text, std::string_view what);  // "sig3" or an expression
  void shift(std::string_view text, bool plain_double,
             Insn& insn);  // ">>5", "<<indirect", ">>rot8"

  // The row of this format and mnemonic. Fails when there is none.
  Op row(Format format, std::string_view mnemonic);

  // The modifier of this name, which then counts as read.
  const TextItem* take_modifier(std::string_view name);
  // Whether a modifier of this name stands there; it must have no arguments.
  bool take_flag(std::string_view name);
  // The first modifier that nobody took, or nullptr.
  const TextItem* next_modifier() const;
  bool took_modifier(std::string_view name) const;
  // The only argument of a modifier. Fails when it has none or several.
  std::string_view only_argument(const TextItem& modifier);

  void fail(std::string message);
  bool failed() const { return error_.has_value(); }
  base::Error error() const { return base::invalid_input(*error_); }

 private:
  const Statement& statement_;
  const AssemblerNames& names_;
  uint64_t taken_ = 0;  // modifiers, by position
  std::optional<std::string> error_;
};

// "gprA_3", a name of .reg, "*l$index1[2]", "--", or a constant expression.
base::Result<Operand> parse_operand(std::string_view text, const AssemblerNames& names);

}  // namespace fpc
