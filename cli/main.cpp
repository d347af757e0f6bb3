// millrace: the command line. Parses, dispatches to one subcommand, and turns whatever goes wrong
// into one message.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "cli/commands.h"

int main(int argc, char** argv) {
  CLI::App app("millrace: run eBPF programs on a timed model of a Netronome-style SmartNIC",
               "millrace");
  app.set_version_flag("--version", MILLRACE_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 done, 1 the answer is no, 2 bad input or usage.\nmillrace COMMAND --help "
      "explains a command.");
  cli::Action action;
  cli::add_run(app, action);
  cli::add_sweep(app, action);
  cli::add_check(app, action);
  cli::add_compile(app, action);
  cli::add_dis(app, action);
  cli::add_asm(app, action);
  cli::add_filtertest(app, action);
  cli::add_cosim(app, action);
  cli::add_nic(app, action);
  cli::add_serve(app, action);
  cli::add_exec(app, action);
  cli::add_map(app, action);
  cli::add_prog(app, action);
  cli::add_knob(app, action);
  cli::add_hw(app, action);
  try {
    app.parse(argc, argv);
    return action();
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? cli::kDone : cli::kBadInput;
  } catch (const std::exception& error) {
    fmt::print(stderr, "millrace: internal error: {}\n", error.what());
    return cli::kBadInput;
  }
}
