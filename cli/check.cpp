// millrace check: whether programs can be offloaded, and everything that keeps them off.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/check_report.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/manual.h"
#include "cli/message.h"

namespace cli {
namespace {

using base::Result;

struct Options {
  ProgramSource source;
  std::string target = "nfp", json, sarif;
};

int check(const Options& options) {
  Result<offload::Target> target = offload::parse_target(options.target);
  if (!target) return fail(target.error());
  Result<std::vector<ebpf::Program>> programs = load_programs(options.source);
  if (!programs) return fail(programs.error());

  CheckRun run{describe(options.source), fmt::format("nfp/{}", target->capability.profile), {}};
  for (ebpf::Program& program : *programs) {
    offload::CheckReport report = offload::check(program, target->capability);
    std::string name = name_of(options.source, program);
    run.programs.push_back({std::move(name), std::move(program), std::move(report)});
  }
  if (!options.sarif.empty()) {
    Result<void> written = write_file(options.sarif, to_sarif(run));
    if (!written) return fail(written.error());
  }
  if (!options.json.empty()) {
    Result<void> written = write_file(options.json, to_json(run));
    if (!written) return fail(written.error());
  }
  if (options.json.empty() && options.sarif != "-") fmt::print("{}", to_text(run));
  return run.offloadable() ? kDone : kAnswerIsNo;
}

}  // namespace

void add_check(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "check", "tell whether a program can be offloaded, and everything that keeps it off");
  add_program_options(*command, options->source, "PROG.o",
                      "eBPF object; without --prog all its programs are checked");
  command
      ->add_option("--target", options->target,
                   "nfp or nfp/PROFILE; profiles: public, shipped, full")
      ->capture_default_str();
  CLI::Option* json = command->add_option(
      "--json", options->json, "write the findings as JSON instead of text; - is standard output");
  command
      ->add_option("--sarif", options->sarif,
                   "write the findings as SARIF 2.1.0 for editors and code review; - is standard "
                   "output, instead of text")
      ->excludes(json);
  add_manual(*command);
  command->callback([options, &action] { action = [options] { return check(*options); }; });
}

}  // namespace cli
