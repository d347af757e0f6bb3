// millrace cosim: a program on one core that is interpreter and RTL at once, until they differ.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/link_input.h"
#include "cli/manual.h"
#include "cli/message.h"
#include "cli/target.h"
#include "host-driver/card_session.h"
#include "rtl/lockstep.h"

namespace cli {
namespace {

using base::Result;

constexpr uint64_t kDefaultPackets = 100;
constexpr uint64_t kWindowBefore = 40, kWindowAfter = 4;  // clock cycles around a difference

struct Options {
  ProgramSource source;
  TargetOptions target;
  std::string traffic = "size=64,flows=1000,proto=udp,rate=100kpps", fst, dump, maps;
  uint64_t packets = kDefaultPackets, seed = 1;
};

Result<Input> load(const Options& options) {
  if (!options.dump.empty()) return load_dump(options.dump);
  Result<offload::Target> target = find_target(options.target);
  if (!target) return target.error();
  return load_input(options.source, *target);
}

// A card with one worker. `both` is that worker's core, which the card owns.
Result<host::CardSession> open(const Options& options, const Input& input, rtl::Lockstep*& both) {
  Result<nic::Config> config = nic::load_config("nfp-120");
  if (!config) return config.error();
  config->workers = 1;
  Result<firmware::LinkedStore> store = link_input(input);
  if (!store) return store.error();
  fpc::EngineChoice engine;
  engine.other = [&both](unsigned) -> std::unique_ptr<fpc::Core> {
    auto core = std::make_unique<rtl::Lockstep>(rtl::make_core());
    both = core.get();
    return core;
  };
  Result<host::CardSession> session =
      host::CardSession::open(*config, *store, input.image.maps, options.seed, engine);
  if (!session || options.maps.empty()) return session;
  Result<std::string> text = read_file(options.maps);
  if (!text) return text.error();
  if (Result<void> filled = session->preload_maps(*text, options.maps); !filled)
    return filled.error();
  return session;
}

int report_difference(const rtl::Difference& found, const Options& options) {
  fmt::print("{}", found.text);
  if (!options.fst.empty()) {
    const uint64_t from = found.clock_cycle > kWindowBefore ? found.clock_cycle - kWindowBefore : 0;
    fmt::print("waves: {}, times {} to {} (two per clock cycle)\n", options.fst, 2 * from,
               2 * (found.clock_cycle + kWindowAfter));
  }
  return kAnswerIsNo;
}

int run(const Options& options) {
  if (!rtl::is_available()) {
    return fail(
        base::unsupported("cosim: this build has no RTL core, verilator was not installed"));
  }
  Result<Input> input = load(options);
  if (!input) return fail(input.error());
  rtl::Lockstep* both = nullptr;
  Result<host::CardSession> session = open(options, *input, both);
  if (!session) return fail(session.error());
  if (!options.fst.empty() && !both->rtl().record_waves(options.fst))
    return fail(base::io_error("cannot be written", options.fst));
  Result<nic::Config> config = nic::load_config("nfp-120");
  if (!config) return fail(config.error());
  Result<nic::PacketSource> source =
      nic::open_generator(options.traffic, options.seed, nic::line_rate(*config));
  if (!source) return fail(source.error());
  const uint64_t before = both->rtl().clock_cycles();
  Result<nic::Report> report = session->card().run(*source, {.packets = options.packets}, {});
  if (!report) return fail(report.error());
  if (both->difference()) return report_difference(*both->difference(), options);
  for (const std::string& fault : report->faults) fmt::print("both fault: {}\n", fault);
  const uint64_t processed = report->offered - report->lost;
  fmt::print("{} of {} packets, {} words: RTL and interpreter agree ({} clock cycles)\n", processed,
             options.packets, both->words(), both->rtl().clock_cycles() - before);
  return kDone;
}

}  // namespace

void add_cosim(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "cosim", "run a program on the RTL core and the interpreter, step by step");
  add_program_options(*command, options->source, "PROG.o|IMAGE|WORDS",
                      "eBPF object, image of millrace compile, or words");
  command->add_option("--dump", options->dump,
                      "instead of a program: the file of `bpftool prog dump jited file FILE` on a "
                      "machine with a card");
  command->add_option("--packets", options->packets, "packets through the core")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--traffic", options->traffic, "as of millrace run")->capture_default_str();
  command->add_option("--maps", options->maps, "fill the maps first, as of millrace run");
  add_target_options(*command, options->target);
  add_strict_option(*command, options->target);
  command->add_option("--seed", options->seed, "seed of everything random")->capture_default_str();
  command->add_option("--fst", options->fst, "record the waves of the RTL core (GTKWave's format)");
  add_manual(*command);
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace cli
