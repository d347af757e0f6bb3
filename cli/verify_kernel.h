// The option --verify kernel: asks the running kernel's verifier about a program and says how the answers compare.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cli/program_source.h"

namespace CLI {
class App;
}

namespace cli {

void add_verify_option(CLI::App& command, std::string& verify);

// Does nothing when `verify` is empty. Prints one sentence to standard error; returns kAnswerIsNo when the answers differ,
// kBadInput when there is nothing to ask about or nobody to ask.
int verify_if_asked(const std::string& verify, const ProgramSource& source);

}  // namespace cli
