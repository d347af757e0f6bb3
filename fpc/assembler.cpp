// The assembler's two passes: names and addresses, then words.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/assembler.h"

#include <fmt/format.h>

#include "fpc/assemble_insn.h"
#include "fpc/expression.h"

namespace fpc {
namespace {

using base::Result;

constexpr size_t kMaxLine = 1000;

// An instruction that waits for the second pass, when all labels are known.
struct PendingInsn {
  Statement statement;
  size_t at;  // index into Assembly::words
  unsigned line;
};

class Assembler {
 public:
  Assembler(std::string_view file_name, uint16_t origin) : file_name_(file_name) {
    assembly_.origin = origin;
  }

  Result<void> define(const std::map<std::string, int64_t>& symbols) {
    for (const auto& [name, value] : symbols) {
      if (auto added = names_.add_constant(name, value); !added) return added;
    }
    return {};
  }

  Result<void> place_lines(std::string_view text) {
    while (!text.empty()) {
      const size_t end = text.find('\n');
      ++line_;
      if (auto placed = place_line(text.substr(0, end)); !placed)
        return located(placed.error(), line_);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return {};
  }

  Result<Assembly> finish() {
    for (const PendingInsn& pending : pending_) {
      const Result<Insn> insn = assemble_insn(pending.statement, names_);
      if (!insn) return located(insn.error(), pending.line);
      const Result<Word> word = encode(*insn);
      if (!word) return located(word.error(), pending.line);
      assembly_.words[pending.at] = *word;
    }
    assembly_.labels = {names_.labels().begin(), names_.labels().end()};
    return std::move(assembly_);
  }

 private:
  base::Error located(const base::Error& error, unsigned line) const {
    return {error.code, error.message, fmt::format("{}:{}", file_name_, line)};
  }

  size_t address() const { return assembly_.origin + assembly_.words.size(); }

  Result<void> place_line(std::string_view line) {
    if (line.size() > kMaxLine) {
      return base::invalid_input(
          fmt::format("the line has {} characters, at most {} are read", line.size(), kMaxLine));
    }
    Result<Statement> statement = parse_statement(line);
    if (!statement) return statement.error();
    for (const std::string_view label : statement->labels) {
      if (address() > kMaxAddress) return past_the_end();
      if (auto added = names_.add_label(label, static_cast<uint16_t>(address())); !added)
        return added;
    }
    if (!statement->directive.empty()) return directive(statement->directive);
    if (statement->head.word.empty()) return {};
    if (address() > kMaxAddress) return past_the_end();
    pending_.push_back({std::move(*statement), assembly_.words.size(), line_});
    assembly_.words.push_back(kNopWord);
    assembly_.lines.push_back(line_);
    return {};
  }

  base::Error past_the_end() const {
    return base::out_of_range(
        fmt::format("address {} is out of range, the last one is {}", address(), kMaxAddress));
  }

  Result<void> directive(std::string_view text) {
    const size_t blank = text.find_first_of(" \t");
    const std::string_view word = text.substr(0, blank);
    const std::string_view rest = blank == std::string_view::npos ? "" : trim(text.substr(blank));
    if (word == ".org") return org(rest);
    if (word != ".equ" && word != ".reg") {
      return base::invalid_input(
          fmt::format("'{}' is no directive, .equ, .org and .reg are", word));
    }
    const size_t gap = rest.find_first_of(" \t");
    if (gap == std::string_view::npos) {
      return base::invalid_input(fmt::format("{} takes a name and what it stands for", word));
    }
    const std::string_view name = rest.substr(0, gap), meaning = trim(rest.substr(gap));
    return word == ".equ" ? equ(name, meaning) : reg(name, meaning);
  }

  Result<void> org(std::string_view text) {
    const Result<int64_t> to = evaluate(text, names_);
    if (!to) return to.error();
    if (*to < static_cast<int64_t>(address()) || *to > kMaxAddress) {
      return base::out_of_range(fmt::format(".org {} is out of range, {} to {} is allowed here",
                                            *to, address(), kMaxAddress));
    }
    const size_t size = static_cast<size_t>(*to) - assembly_.origin;
    assembly_.words.resize(size, kNopWord);
    assembly_.lines.resize(size, 0);
    return {};
  }

  Result<void> equ(std::string_view name, std::string_view text) {
    const Result<int64_t> value = evaluate(text, names_);
    if (!value) return value.error();
    return names_.add_constant(name, *value);
  }

  Result<void> reg(std::string_view name, std::string_view text) {
    const Result<Operand> operand = parse_operand(text, names_);
    if (!operand) return operand.error();
    if (operand->kind == OperandKind::kImm || operand->kind == OperandKind::kNone) {
      return base::invalid_input(fmt::format("'{}' is no register", text));
    }
    return names_.add_register(name, *operand);
  }

  std::string_view file_name_;
  AssemblerNames names_;
  Assembly assembly_;
  std::vector<PendingInsn> pending_;
  unsigned line_ = 0;
};

}  // namespace

Result<Assembly> assemble(std::string_view text, std::string_view file_name,
                          const std::map<std::string, int64_t>& symbols, uint16_t origin) {
  Assembler assembler(file_name, origin);
  if (auto defined = assembler.define(symbols); !defined) return defined.error();
  if (auto placed = assembler.place_lines(text); !placed) return placed.error();
  return assembler.finish();
}

}  // namespace fpc
