// One run of the verifier: how errors are recorded and memory is capped.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier/env.h"

#include <fmt/format.h>

namespace ebpf {

namespace {

constexpr size_t kMaxKeptBytes = size_t{768} << 20;

}  // namespace

Env::Env(const Program& program_in, const VerifierOptions& options_in, const Layout& layout_in)
    : program(program_in),
      options(options_in),
      layout(layout_in),
      facts(program.insns.size()),
      stack_bytes(layout.starts.size()),
      explored(program.insns.size()),
      log(options.log) {}

bool Env::refuse(base::ErrorCode code, const std::string& cause) {
  if (error) return false;
  const std::string details = describe_failure(program, insn, current);
  error = base::Error{code, located(program, insn, cause, details), {}};
  log.failure(program, insn, current);
  return false;
}

bool Env::reject(const std::string& cause) { return refuse(base::ErrorCode::kInvalidInput, cause); }

bool Env::exhausted(const std::string& cause) {
  return refuse(base::ErrorCode::kOutOfRange, cause);
}

bool Env::charge(size_t bytes) {
  kept_bytes += bytes;
  if (kept_bytes + values.bytes() <= kMaxKeptBytes) return true;
  return exhausted(
      fmt::format("the states of the program's paths need more than {} MiB", kMaxKeptBytes >> 20));
}

}  // namespace ebpf
