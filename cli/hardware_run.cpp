// Loads, attaches, waits, reads counters and maps, detaches.
// SPDX-License-Identifier: Apache-2.0
#include "cli/hardware_run.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/files.h"
#include "cli/message.h"
#include "cli/quantity.h"
#include "host-driver/hw/diagnose.h"
#include "host-driver/hw/offload.h"

namespace cli {
namespace {

using base::Result;
using host::InterfaceCounters;

constexpr uint64_t kPicosecondsPerSecond = 1'000'000'000'000;

// Blocked from now on, so that a signal ends the wait and the program is detached.
sigset_t block_ending_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

double wait_for_end(const sigset_t& signals, uint64_t duration_ps) {
  const auto start = std::chrono::steady_clock::now();
  if (duration_ps == 0) {
    int ended_by = 0;
    sigwait(&signals, &ended_by);
  } else {
    const timespec time = {static_cast<time_t>(duration_ps / kPicosecondsPerSecond),
                           static_cast<long>(duration_ps % kPicosecondsPerSecond / 1000)};
    sigtimedwait(&signals, nullptr, &time);
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct Direction {
  const char* name;
  uint64_t InterfaceCounters::*packets;
  uint64_t InterfaceCounters::*bytes;
  uint64_t InterfaceCounters::*dropped;
};
constexpr Direction kDirections[] = {
    {"received", &InterfaceCounters::rx_packets, &InterfaceCounters::rx_bytes,
     &InterfaceCounters::rx_dropped},
    {"sent", &InterfaceCounters::tx_packets, &InterfaceCounters::tx_bytes,
     &InterfaceCounters::tx_dropped}};

struct Observation {
  host::Hardware hardware;
  std::string program;
  double seconds = 0;
  std::optional<InterfaceCounters> before, after;  // none: the kernel shows no statistics

  uint64_t counted(uint64_t InterfaceCounters::*counter) const {
    return (*after).*counter - (*before).*counter;
  }
};

std::string text_of(const Observation& seen, const std::string& dev) {
  std::string text =
      fmt::format("{} was attached to {} (driver {}) for {:.1f} s\n", seen.program, dev,
                  seen.hardware.driver.empty() ? "unknown" : seen.hardware.driver, seen.seconds);
  if (!seen.before || !seen.after)
    return text + "the kernel shows no statistics of the interface\n";
  for (const Direction& direction : kDirections) {
    const auto packets = static_cast<double>(seen.counted(direction.packets));
    const auto bits = 8 * static_cast<double>(seen.counted(direction.bytes));
    text += fmt::format("{:<9} {:.0f} packets, {:.3f} Mpps, {:.3f} Gb/s, {} dropped\n",
                        direction.name, packets, packets / seen.seconds * 1e-6,
                        bits / seen.seconds * 1e-9, seen.counted(direction.dropped));
  }
  return text;
}

std::string json_of(const Observation& seen, const std::string& dev) {
  nlohmann::ordered_json wall = {{"seconds", seen.seconds}, {"counters", nullptr}};
  if (seen.before && seen.after) {
    for (const Direction& direction : kDirections) {
      wall["counters"][direction.name] = {{"packets", seen.counted(direction.packets)},
                                          {"bytes", seen.counted(direction.bytes)},
                                          {"dropped", seen.counted(direction.dropped)}};
    }
  }
  const nlohmann::ordered_json root = {{"schema", "millrace.hardware_run/1"},
                                       {"interface", dev},
                                       {"driver", seen.hardware.driver},
                                       {"program", seen.program},
                                       {"wall", wall}};
  return root.dump(2) + "\n";
}

std::optional<InterfaceCounters> counters_of(const std::string& dev) {
  const Result<InterfaceCounters> counters = host::read_counters(dev);
  return counters ? std::optional(*counters) : std::nullopt;
}

Result<void> write_results(const HardwareRunOptions& options, const Observation& seen,
                           const host::HardwareOffload& offload) {
  if (!options.maps_out.empty()) {
    const Result<std::string> maps = offload.dump_maps();
    if (!maps) return maps.error();
    if (Result<void> written = write_file(options.maps_out, *maps); !written) return written;
  }
  if (!options.json.empty()) {
    if (Result<void> written = write_file(options.json, json_of(seen, options.dev)); !written)
      return written;
  }
  return options.json == "-" || options.maps_out == "-"
             ? Result<void>()
             : write_file("-", text_of(seen, options.dev));
}

}  // namespace

int run_on_hardware(const HardwareRunOptions& options) {
  uint64_t duration_ps = 0;
  if (!options.duration.empty()) {
    const Result<uint64_t> duration = parse_duration_ps(options.duration);
    if (!duration) return fail(duration.error());
    duration_ps = *duration;
  }
  Result<TypedProgram> typed = load_typed_program(options.source);
  if (!typed) return fail(typed.error());
  Observation seen;
  seen.program = typed->program.name;
  seen.hardware = host::diagnose(options.dev, host::probe_of_this_machine());
  if (seen.hardware.answer != host::HardwareAnswer::kReady) {
    const int code = fail(base::unsupported(seen.hardware.sentence, options.dev));
    return seen.hardware.answer == host::HardwareAnswer::kNoInterface ? code : kAnswerIsNo;
  }
  Result<host::HardwareOffload> offload =
      host::HardwareOffload::load(seen.hardware.ifindex, typed->program, typed->types);
  if (!offload) return fail(offload.error());
  if (!options.maps.empty()) {
    const Result<std::string> text = read_file(options.maps);
    if (!text) return fail(text.error());
    const Result<void> filled = offload->fill_maps(*text, options.maps);
    if (!filled) return fail(filled.error());
  }
  const sigset_t signals = block_ending_signals();
  seen.before = counters_of(options.dev);
  const Result<void> attached = offload->attach();
  if (!attached) return fail(attached.error());
  seen.seconds = wait_for_end(signals, duration_ps);
  seen.after = counters_of(options.dev);
  const Result<void> written = write_results(options, seen, *offload);
  return written ? kDone : fail(written.error());
}

}  // namespace cli
