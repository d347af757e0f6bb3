// The subcommands of millrace: each adds itself to the parser and leaves behind what is to be done.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace cli {

constexpr int kDone = 0;  // exit codes (docs/architecture.md, decision 15)
constexpr int kAnswerIsNo = 1;
constexpr int kBadInput = 2;

// Set by the parsed subcommand's callback; returns the exit code.
using Action = std::function<int()>;

void add_run(CLI::App& app, Action& action);
void add_sweep(CLI::App& app, Action& action);
void add_check(CLI::App& app, Action& action);
void add_compile(CLI::App& app, Action& action);
void add_dis(CLI::App& app, Action& action);
void add_asm(CLI::App& app, Action& action);
void add_cosim(CLI::App& app, Action& action);
void add_nic(CLI::App& app, Action& action);
void add_serve(CLI::App& app, Action& action);
void add_exec(CLI::App& app, Action& action);
void add_knob(CLI::App& app, Action& action);
void add_map(CLI::App& app, Action& action);
void add_hw(CLI::App& app, Action& action);
void add_prog(CLI::App& app, Action& action);
void add_filtertest(CLI::App& app, Action& action);

}  // namespace cli
