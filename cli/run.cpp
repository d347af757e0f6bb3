// millrace run: a program on a card, packets through it, a report.
// SPDX-License-Identifier: Apache-2.0
#include <time.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <optional>

#include "cli/commands.h"
#include "cli/engine_option.h"
#include "cli/event_log.h"
#include "cli/files.h"
#include "cli/hardware_run.h"
#include "cli/link_input.h"
#include "cli/manual.h"
#include "cli/map_sync.h"
#include "cli/message.h"
#include "cli/progress.h"
#include "cli/quantity.h"
#include "cli/report.h"
#include "cli/target.h"
#include "cli/verify_kernel.h"
#include "host-driver/card_session.h"

namespace cli {
namespace {

using base::Result;

constexpr uint64_t kDefaultPackets =
    100'000;  // of the generator, when neither --packets nor --duration is given
const std::string kDefaultTraffic = "size=64,flows=1000,proto=udp,rate=line";

struct Options {
  ProgramSource source;
  TargetOptions target;
  std::string nic = "nfp-120", codegen = "kernel", engine = "jit";
  std::string pcap, traffic, rate, duration, maps, maps_out, out, events, json, verify, dev,
      map_sync;
  unsigned fpcs = 0;
  uint64_t packets = 0, seed = 1, code_bytes = fpc::kTranslationBytes;
};

Result<nic::Config> configure(const Options& options) {
  Result<nic::Config> config = nic::load_config(options.nic);
  if (!config || options.fpcs == 0) return config;
  const unsigned most = config->islands * config->fpcs_per_island;
  if (options.fpcs > most) {
    return base::out_of_range(
        fmt::format("--fpcs {}: {} has 1 to {}", options.fpcs, config->name, most));
  }
  config->workers = options.fpcs;
  return config;
}

Result<nic::PacketSource> open_source(const Options& options, const nic::Config& config) {
  const nic::LineRate line = nic::line_rate(config);
  if (options.pcap.empty()) {
    const std::string& spec = options.traffic.empty() ? kDefaultTraffic : options.traffic;
    Result<nic::PacketSource> source = nic::open_generator(spec, options.seed, line);
    if (source) return source;
    return base::Error{source.error().code, source.error().text(), "--traffic"};
  }
  const bool repeat = options.packets != 0 || !options.duration.empty();
  return nic::open_capture(options.pcap, options.rate, repeat, line);
}

Result<nic::Limits> limits_of(const Options& options) {
  nic::Limits limits;
  limits.packets = options.packets;
  if (!options.duration.empty()) {
    Result<uint64_t> duration = parse_duration_ps(options.duration);
    if (!duration) return duration.error();
    limits.duration_ps = *duration;
  }
  if (options.pcap.empty() && limits.packets == 0 && limits.duration_ps == 0)
    limits.packets = kDefaultPackets;
  return limits;
}

Result<host::CardSession> open_session(const Options& options, const nic::Config& config,
                                       const Input& input, const fpc::EngineChoice& engine,
                                       RunFacts& facts) {
  Result<firmware::LinkedStore> store = link_input(input);
  if (!store) return store.error();
  facts.words = store->program_words;
  facts.routine_words = store->routine_words;
  Result<host::CardSession> session =
      host::CardSession::open(config, *store, input.image.maps, options.seed, engine);
  if (!session || options.maps.empty()) return session;
  Result<std::string> text = read_file(options.maps);
  if (!text) return text.error();
  if (Result<void> filled = session->preload_maps(*text, options.maps); !filled)
    return filled.error();
  return session;
}

Result<void> write_results(const Options& options, const nic::Report& report, const RunFacts& facts,
                           const host::CardSession& session) {
  if (!options.maps_out.empty()) {
    if (Result<void> written = write_file(options.maps_out, session.dump_maps()); !written)
      return written;
  }
  if (!options.json.empty()) {
    if (Result<void> written = write_file(options.json, json_report(report, facts)); !written)
      return written;
  }
  return options.json == "-" || options.maps_out == "-" || options.events == "-"
             ? Result<void>()
             : write_file("-", text_report(report, facts));
}

struct Sinks {
  std::optional<nic::PacketSink> packets;  // that leave the card by wire or to the host
  std::optional<EventLog> events;
};

Result<Sinks> open_sinks(const Options& options, const Input& input) {
  Sinks sinks;
  if (!options.out.empty()) {
    Result<nic::PacketSink> created = nic::PacketSink::create(options.out);
    if (!created) return created.error();
    sinks.packets.emplace(std::move(*created));
  }
  if (!options.events.empty()) {
    Result<EventLog> created = EventLog::create(options.events, input.image.maps);
    if (!created) return created.error();
    sinks.events.emplace(std::move(*created));
  }
  return sinks;
}

Result<void> close(Sinks& sinks) {
  if (sinks.packets) {
    if (Result<void> closed = sinks.packets->close(); !closed) return closed;
  }
  return sinks.events ? sinks.events->close() : Result<void>();
}

// What goes wrong with a sink ends its output and is told when the run is over.
nic::Hooks hooks_of(Sinks& sinks, std::optional<base::Error>& error) {
  nic::Hooks hooks;
  const auto keep = [&error](const Result<void>& written) {
    if (!written) error = written.error();
  };
  if (sinks.packets) {
    hooks.departure = [&sinks, &error, keep](const nic::Departure& packet) {
      if (packet.exit == nic::Exit::kDropped || error) return;
      keep(sinks.packets->write(packet.departure_ps, packet.bytes));
    };
  }
  if (sinks.events) {
    hooks.event = [&sinks, &error, keep](const nic::ProgramEvent& event) {
      if (!error) keep(sinks.events->write(event));
    };
  }
  return hooks;
}

Result<nic::Report> run_card(nic::Nic& card, nic::PacketSource& source, const nic::Limits& limits,
                             Sinks& sinks) {
  ProgressLine progress;
  std::optional<base::Error> sink_error;
  nic::Hooks hooks = hooks_of(sinks, sink_error);
  hooks.progress = progress.hook();
  Result<nic::Report> report = card.run(source, limits, hooks);
  if (!report) return report;
  if (sink_error) return *sink_error;
  if (Result<void> closed = close(sinks); !closed) return closed.error();
  return report;
}

// Of this process, on all cores.
double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// On a live card, through the driver.
int run_maps(const Options& options, const nic::Config& config, const Input& input,
             nic::PacketSource& source, const nic::Limits& limits, const fpc::EngineChoice& engine,
             RunFacts& facts) {
  if (input.placed) {
    return fail(base::unsupported(
        "words that are relocated for another card cannot go through the driver", "--map-sync"));
  }
  Result<host::MapSyncSpec> spec = host::parse_map_sync(options.map_sync);
  if (!spec) return fail(spec.error());
  facts.words = static_cast<unsigned>(input.image.words.size());
  const auto start = std::chrono::steady_clock::now();
  Result<MapSyncRun> run =
      run_map_sync(config, input.image, *spec, source, limits, options.seed, engine);
  if (!run) return fail(run.error());
  facts.wall_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  facts.map_sync = map_sync_json(*run);
  if (!options.json.empty()) {
    Result<void> written = write_file(options.json, json_report(run->report, facts));
    if (!written) return fail(written.error());
    if (options.json == "-") return kDone;
  }
  Result<void> written = write_file("-", text_report(run->report, facts) + map_sync_text(*run));
  return written ? kDone : fail(written.error());
}

int run(const Options& options) {
  if (!options.dev.empty()) {
    return run_on_hardware({options.dev, options.source, options.duration, options.maps,
                            options.maps_out, options.json});
  }
  if (options.events == "-" && (options.json == "-" || options.maps_out == "-"))
    return fail(base::invalid_input(
        "--events - leaves no room for --json - or --maps-out - on standard output"));
  Result<offload::Target> target = find_target(options.target);
  if (!target) return fail(target.error());
  Result<nic::Config> config = configure(options);
  if (!config) return fail(config.error());
  Result<nic::Limits> limits = limits_of(options);
  if (!limits) return fail(limits.error());
  Result<nic::PacketSource> source = open_source(options, *config);
  if (!source) return fail(source.error());
  if (const int differs = verify_if_asked(options.verify, options.source)) return differs;
  Result<Input> input = load_input(options.source, *target);
  if (!input) return fail(input.error());

  Result<EngineOption> engine = parse_engine(options.engine, config->workers);
  if (!engine) return fail(engine.error());
  engine->choice.code_bytes = options.code_bytes;

  RunFacts facts{config->name,
                 input->image.program,
                 options.target.name,
                 engine->asked,
                 engine->name,
                 options.seed,
                 config->workers,
                 0,
                 0,
                 0,
                 0,
                 input->image.warnings,
                 {}};
  if (!options.map_sync.empty())
    return run_maps(options, *config, *input, *source, *limits, engine->choice, facts);
  Result<host::CardSession> session = open_session(options, *config, *input, engine->choice, facts);
  if (!session) return fail(session.error());
  Result<Sinks> sinks = open_sinks(options, *input);
  if (!sinks) return fail(sinks.error());

  const auto start = std::chrono::steady_clock::now();
  const double cpu_start = cpu_seconds();
  Result<nic::Report> report = run_card(session->card(), *source, *limits, *sinks);
  if (!report) return fail(report.error());
  facts.wall_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  facts.cpu_seconds = cpu_seconds() - cpu_start;
  Result<void> written = write_results(options, *report, facts, *session);
  return written ? kDone : fail(written.error());
}

void add_options(CLI::App& command, Options& o) {
  add_program_options(command, o.source, "PROG.o|IMAGE|WORDS",
                      "eBPF object, image of millrace compile, or words of a card's jited dump");
  command.add_option("--nic", o.nic, "card: a name of `millrace nic list` or a TOML file")
      ->capture_default_str();
  command
      .add_option("--fpcs", o.fpcs,
                  "worker FPCs instead of the card's own number; 1 to islands x FPCs per "
                  "island of the card")
      ->check(CLI::PositiveNumber);
  add_target_options(command, o.target);
  add_strict_option(command, o.target);
  command
      .add_option("--codegen", o.codegen, "code generator; kernel is what the driver's JIT emits")
      ->check(CLI::IsMember({"kernel"}))
      ->capture_default_str();
  command.add_option("--engine", o.engine, kEngineHelp)->capture_default_str();
  command
      .add_option("--code-memory", o.code_bytes,
                  "bytes that jit may fill with translated code; it interprets the rest")
      ->capture_default_str();
  CLI::Option* pcap = command.add_option("--pcap", o.pcap,
                                         "replay this capture (its timestamps, or --rate); "
                                         "repeated when --packets or --duration ask for more");
  command
      .add_option("--traffic", o.traffic,
                  "generate: "
                  "size=64|imix|64..1518,flows=N,zipf=S,proto=udp|tcp|mix,rate=line|20Mpps|40Gbps; "
                  "sizes include the FCS")
      ->excludes(pcap);
  command
      .add_option("--rate", o.rate,
                  "replay the capture at line, 20Mpps or 40Gbps instead of its timestamps")
      ->needs(pcap);
  command
      .add_option("--packets", o.packets,
                  "stop after so many packets, at least 1; 100000 when nothing else ends the "
                  "traffic")
      ->check(CLI::PositiveNumber);
  command.add_option("--duration", o.duration,
                     "stop the traffic at this simulated time: 10ms, 500us, 1s; at most 3600 s");
  command.add_option("--maps", o.maps,
                     "fill the maps first: {\"map\": [{\"key\": [...], \"value\": [...]}]}, bytes "
                     "as bpftool dumps them");
  command.add_option("--maps-out", o.maps_out,
                     "write the maps' contents after the run, same form; - is standard output");
  command.add_option("--seed", o.seed, "seed of everything random, 0 to 2^64 - 1")
      ->capture_default_str();
  command.add_option("--out", o.out,
                     "capture of what leaves the card, by wire or to the host (pcap, nanoseconds)");
  command.add_option("--events", o.events,
                     "write what the program sends with bpf_perf_event_output, one JSON object a "
                     "line; - is standard output");
  command.add_option("--json", o.json,
                     "write the report as JSON; - is standard output, instead of the text");
  command
      .add_option(
          "--map-sync", o.map_sync,
          "measure map operations of the host, through the driver, on an idle card and while "
          "the packets pass: entries=N,ops=N,type=hash|array,value=BYTES")
      ->excludes("--maps")
      ->excludes("--maps-out")
      ->excludes("--out")
      ->excludes("--events");
  add_verify_option(command, o.verify);
  CLI::Option* dev = command.add_option(
      "--dev", o.dev,
      "instead of a simulated card: offload through the running kernel to this network interface, "
      "for --duration or until SIGINT, under the traffic that arrives there");
  for (const char* simulated :
       {"--nic", "--fpcs", "--target", "--fix-defects", "--strict", "--codegen", "--engine",
        "--code-memory", "--pcap", "--traffic", "--rate", "--packets", "--seed", "--out",
        "--events", "--verify", "--map-sync"})
    dev->excludes(command.get_option(simulated));
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "run", "offload a program to a simulated card and send packets through it");
  add_options(*command, *options);
  add_manual(*command);
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace cli
