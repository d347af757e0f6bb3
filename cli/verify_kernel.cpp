// The option --verify kernel: loads the object's program into the running kernel and prints the comparison.
// SPDX-License-Identifier: Apache-2.0
#include "cli/verify_kernel.h"

#include <CLI/CLI.hpp>

#include "cli/message.h"
#include "host-driver/kernel_verify.h"

namespace cli {

using base::Result;

void add_verify_option(CLI::App& command, std::string& verify) {
  command
      .add_option("--verify", verify,
                  "kernel: load the program into the running kernel too (bpf(2), maps included), "
                  "say whether its verifier agrees with ours, and stop with exit status 1 where "
                  "it does not; needs root or CAP_BPF with CAP_NET_ADMIN and CAP_PERFMON")
      ->check(CLI::IsMember({"kernel"}));
}

int verify_if_asked(const std::string& verify, const ProgramSource& source) {
  if (verify.empty()) return kDone;
  const Result<TypedProgram> typed = load_typed_program(source);
  if (!typed) return fail(typed.error());
  const Result<host::VerifierComparison> compared =
      host::verify_in_kernel(typed->program, typed->types);
  if (!compared) return fail(compared.error());
  fmt::print(stderr, "millrace: {}\n", compared->text());
  return compared->differs() ? kAnswerIsNo : kDone;
}

}  // namespace cli
