// One run of the verifier: how errors are recorded and memory is capped.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier/env.h"

#include <fmt/format.h>

namespace ebpf {

namespace {

constexpr size_t kMaxKeptBytes = size_t{768} << 20;

std::string located(const Program& program, uint32_t insn, const std::string& cause) {
  std::string text = fmt::format("insn {}: {}", insn, cause);
  if (const LineInfo* line = source_line(program, insn)) {
    text += fmt::format(" ({}:{}: {})", line->file, line->line, trimmed(line->text));
  }
  return text;
}

}  // namespace

Env::Env(const Program& program_in, const VerifierOptions& options_in, const Layout& layout_in)
    : program(program_in),
      options(options_in),
      layout(layout_in),
      facts(program.insns.size()),
      stack_bytes(layout.starts.size()),
      explored(program.insns.size()),
      log(options.log) {}

bool Env::reject(const std::string& cause) {
  if (!error) error = base::invalid_input(located(program, insn, cause));
  return false;
}

bool Env::exhausted(const std::string& cause) {
  if (!error) error = base::out_of_range(located(program, insn, cause));
  return false;
}

bool Env::charge(size_t bytes) {
  kept_bytes += bytes;
  if (kept_bytes <= kMaxKeptBytes) return true;
  return exhausted(
      fmt::format("the states of the program's paths need more than {} MiB", kMaxKeptBytes >> 20));
}

}  // namespace ebpf
