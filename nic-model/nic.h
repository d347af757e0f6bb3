// The card: configuration and control store in, packets through, a report out.
// SPDX-License-Identifier: Apache-2.0
//
//   Nic card(config, seed);
//   firmware::MapTable maps(card.memory());
//   card.load(linked);
//   Result<Report> report = card.run(source, limits, {});
//
// One card per process (SystemC's limit). Deterministic: same configuration, store, source and seed
// give the same report, whatever the engine.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "fpc/engine.h"
#include "fpc/firmware/link.h"
#include "fpc/memory.h"
#include "nic-model/config.h"
#include "nic-model/packet_io.h"

namespace nic {

struct Limits {
  uint64_t packets = 0;      // stop the source after so many; 0: no limit
  uint64_t duration_ps = 0;  // stop the source at this simulated time; 0: no limit. What is inside
                             // the card is finished.
};

struct Progress {
  uint64_t simulated_ps = 0, packets_done = 0, packets_total = 0;  // total 0: unknown
};

// One packet that left the card, for sinks and tests.
enum class Exit : uint8_t { kWire, kHost, kDropped };
struct Departure {
  uint64_t sequence = 0, arrival_ps = 0, departure_ps = 0;
  Exit exit = Exit::kDropped;
  uint16_t port = 0, queue = 0;
  uint32_t verdict = 0;            // A0
  std::span<const uint8_t> bytes;  // valid during the call; of drops empty, but for keeps_drops
};

// One event that a program sent to the host with perf_event_output.
struct ProgramEvent {
  uint64_t time_ps = 0;          // when the host sees it
  uint64_t packet_sequence = 0;  // of the packet that the program ran on
  uint16_t queue = 0;
  uint32_t map_id = 0;
  std::span<const uint8_t> packet, data;  // valid during the call
};

struct Hooks {
  std::function<void(const Progress&)>
      progress;  // a few times per simulated millisecond; free of cost when empty
  std::function<void(const Departure&)> departure;
  bool keeps_drops =
      false;  // departures of dropped packets have the bytes that the program left; a copy each
  std::function<void(const ProgramEvent&)> event;  // in the order in which the card sends them
};

struct EventCounts {
  uint64_t delivered = 0, lost = 0;  // lost: the host queue had no free buffer
  uint64_t bytes = 0;                // of messages over PCIe
};

struct VerdictCounts {
  struct Count {
    uint64_t packets = 0, bytes = 0;
  };
  Count pass, drop, tx, aborted;
};

struct EngineLoad {  // one memory engine kind: "ctm", "cls", "imem", "emem"
  uint64_t commands = 0;
  double load = 0;  // busiest engine's busy fraction
};

struct Report {
  uint64_t offered = 0, lost = 0;
  uint64_t pass = 0, drop = 0, tx = 0, redirect = 0,
           aborted = 0;                     // verdicts; lost + verdicts == offered
  std::map<std::string, uint64_t> lost_by;  // cause -> packets; sums to lost
  std::map<std::string, uint64_t>
      after_verdict_lost;  // egress_queue, host_queue: had a verdict, did not leave
  uint64_t offered_bytes = 0, processed_bytes = 0, sent_bytes = 0;  // L2 without FCS
  // Offered: between the first and the last first bit. Rate: packets with a verdict per time between
  // the first packet that a context got and the last verdict.
  double offered_mpps = 0, rate_mpps = 0, offered_gbps = 0, rate_gbps = 0;
  double p50_ns = 0, p99_ns = 0, p999_ns = 0,
         max_ns = 0;  // first bit in to last bit out (drops: to their verdict)
  double cycles_per_packet = 0, instructions_per_packet = 0;
  double busy = 0, stalled = 0, idle = 0;  // fractions of the workers' time
  EventCounts events;                      // of perf_event_output
  std::map<std::string, EngineLoad> engines;
  uint64_t simulated_ps = 0;
  uint64_t instructions = 0;
  uint64_t interpreted_places =
      0;  // of the store, for want of memory for translated code; depends on the host
  std::vector<std::string> notes;   // what a reader must know: "no port could carry this rate", ...
  std::vector<std::string> faults;  // faults of cores, with core, context, address and word; a run
                                    // with faults still ends
};

// How a source has to pace "line rate" for this card.
LineRate line_rate(const Config& config);

class Nic {
 public:
  Nic(const Config& config, uint64_t seed, const fpc::EngineChoice& engine = {});
  ~Nic();

  // Writes the store to every worker. Error: datapath_cycles smaller than the store's own dispatch
  // cycles.
  // A hook may load while the run is under way: packets that contexts have when the store arrives over PCIe end with the
  // program before it, later ones wait for those and get the new one. Error then also: the last replacement is not through.
  base::Result<void> load(const firmware::LinkedStore& store);

  fpc::ByteStore& memory();  // IMEM and EMEM; while no run is under way

  base::Result<Report> run(PacketSource& source, const Limits& limits, const Hooks& hooks);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace nic
