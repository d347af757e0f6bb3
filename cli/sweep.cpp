// millrace sweep: `millrace run` for every combination of some of its options, on all cores of the host.
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <thread>

#include "cli/child_runs.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/manual.h"
#include "cli/message.h"
#include "cli/sweep_report.h"

namespace cli {
namespace {

using base::Result;

constexpr size_t kMostRuns = 100'000;
constexpr unsigned kMostJobs = 1024;

// An option of `millrace run` that takes several values here, in the order in which combinations are counted: the last one
// changes fastest.
struct AxisRow {
  const char* name;
  bool is_list;  // values are separated by commas; else the option is repeated
  const char* help;
};
constexpr AxisRow kAxes[] = {
    {"prog", true, "programs of the object, by function name"},
    {"target", true, "targets"},
    {"codegen", true, "code generators"},
    {"nic", true, "cards"},
    {"fpcs", true, "numbers of FPCs"},
    {"traffic", false, "traffic of the generator; the option may be repeated"},
    {"pcap", false, "captures; the option may be repeated"},
    {"rate", true, "rates at which captures are replayed"},
    {"seed", true, "seeds"},
};

// Where a run would write what the sweep collects.
constexpr const char* kOutputs[] = {"--out", "--maps-out", "--events"};

struct Options {
  std::vector<std::vector<std::string>> values{std::size(kAxes)};
  unsigned jobs = 0;
  std::string json, csv;
  CLI::App* command = nullptr;  // its remaining arguments go to every run
};

Result<Sweep> expand(const Options& options, const Arguments& common) {
  Sweep sweep;
  size_t count = 1;
  std::vector<const std::vector<std::string>*> axes;
  std::vector<const char*> names;
  for (size_t i = 0; i < std::size(kAxes); ++i) {
    if (options.values[i].empty()) continue;
    axes.push_back(&options.values[i]);
    names.push_back(kAxes[i].name);
    sweep.axes.push_back(kAxes[i].name);
    count *= options.values[i].size();
    if (count > kMostRuns)
      return base::out_of_range(fmt::format("more than {} combinations", kMostRuns));
  }
  for (size_t n = 0; n < count; ++n) {
    SweepRun run;
    run.arguments = {"run"};
    run.arguments.insert(run.arguments.end(), common.begin(), common.end());
    size_t below = count;
    for (size_t i = 0; i < axes.size(); ++i) {
      below /= axes[i]->size();
      run.values.push_back((*axes[i])[n / below % axes[i]->size()]);
      run.arguments.insert(run.arguments.end(), {std::string("--") + names[i], run.values.back()});
    }
    run.arguments.insert(run.arguments.end(), {"--json", "-"});
    sweep.runs.push_back(std::move(run));
  }
  return sweep;
}

Result<void> check_common(const Arguments& common) {
  if (common.empty()) return base::invalid_input("no program is named");
  for (const std::string& argument : common) {
    for (const char* output : kOutputs) {
      if (argument == output || argument.rfind(std::string(output) + "=", 0) == 0) {
        return base::invalid_input(
            fmt::format("{} is no option of a sweep; its runs would write the same file", output));
      }
    }
  }
  return {};
}

// On a terminal only.
OnRunEnd progress_line(size_t runs) {
  if (isatty(STDERR_FILENO) != 1) return {};
  return [runs](size_t ended, size_t failed) {
    fmt::print(stderr, "\r\033[K{} of {} runs, {} failed", ended, runs, failed);
    if (ended == runs) fmt::print(stderr, "\r\033[K");
    std::fflush(stderr);
  };
}

Result<void> write_results(const Options& options, const Sweep& sweep) {
  if (!options.csv.empty()) {
    if (Result<void> written = write_file(options.csv, sweep_csv(sweep)); !written) return written;
  }
  if (!options.json.empty()) {
    if (Result<void> written = write_file(options.json, sweep_json(sweep)); !written)
      return written;
  }
  return options.json == "-" || options.csv == "-" ? Result<void>()
                                                   : write_file("-", sweep_text(sweep));
}

int run(const Options& options) {
  const Arguments common = options.command->remaining();
  if (Result<void> fit = check_common(common); !fit) return fail(fit.error());
  if (options.json == "-" && options.csv == "-")
    return fail(base::invalid_input("--json and --csv cannot both be standard output"));
  Result<Sweep> sweep = expand(options, common);
  if (!sweep) return fail(sweep.error());
  std::vector<Arguments> runs;
  for (const SweepRun& one : sweep->runs) runs.push_back(one.arguments);
  const unsigned jobs =
      options.jobs != 0 ? options.jobs : std::max(1u, std::thread::hardware_concurrency());
  Result<std::vector<ChildRun>> results = run_children(runs, jobs, progress_line(runs.size()));
  if (!results) return fail(results.error());
  for (size_t i = 0; i < runs.size(); ++i) sweep->runs[i].result = std::move((*results)[i]);
  if (Result<void> written = write_results(options, *sweep); !written) return fail(written.error());
  const bool all_done = std::ranges::all_of(
      sweep->runs, [](const SweepRun& one) { return one.result.exit_code == kDone; });
  return all_done ? kDone : kBadInput;
}

}  // namespace

void add_sweep(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "sweep",
      "run a program in every combination of cards, FPCs, traffic and seeds, several at a time");
  options->command = command;
  command->allow_extras();
  for (size_t i = 0; i < std::size(kAxes); ++i) {
    CLI::Option* option =
        command->add_option(std::string("--") + kAxes[i].name, options->values[i], kAxes[i].help);
    option->expected(1)->take_all()->type_name("VALUE");
    if (kAxes[i].is_list) option->delimiter(',');
  }
  command->add_option("--jobs", options->jobs, "runs at a time; the host's cores if not given")
      ->check(CLI::Range(1u, kMostJobs));
  command->add_option("--json", options->json,
                      "write configurations and reports as JSON; - is standard output");
  command->add_option("--csv", options->csv,
                      "write a line for each run as CSV; - is standard output");
  add_manual(*command);
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace cli
