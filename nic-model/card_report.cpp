// Turns a run's counters into its report.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "nic-model/card.h"

namespace nic {
namespace {

constexpr double kPsPerUs = 1e6;

// Items per microsecond; 0 when there was no time.
double rate_per_us(uint64_t items, uint64_t from_ps, uint64_t to_ps) {
  if (items == 0 || to_ps <= from_ps) return 0;
  return static_cast<double>(items) * kPsPerUs / static_cast<double>(to_ps - from_ps);
}

double ratio(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

// Packets that contexts hold for ever.
void Card::stop_stranded() {
  const uint64_t now = run_.wheel.now();
  for (unsigned worker = 0; worker < cluster_.workers(); ++worker) {
    for (uint8_t slot = 0; slot < fpc::kSlots; ++slot) {
      const uint32_t index = cluster_.packet_of(worker, slot);
      if (index == kNoPacket) continue;
      run_.faults.add(worker,
                      cluster_.fault_at(worker, fpc::FaultKind::kWatchdog, slot,
                                        cluster_.context(worker, slot).pc),
                      "the context waits for a signal that nobody sends");
      cluster_.stop_context(worker, slot);
      run_.count.processed_bytes += run_.packets[index].length;
      give_verdict(index, firmware::kVerdictDrop | firmware::kStatAbort, now);
    }
  }
}

// Packets that no context is left for.
void Card::lose_unserved() {
  const uint64_t now = run_.wheel.now();
  for (WorkQueue& queue : run_.queues) {
    for (; !queue.packets.empty(); queue.packets.pop()) {
      const Packet& packet = run_.packets[queue.packets.front()];
      const uint16_t port = packet.port;
      const uint64_t place = packet.reorder_place;
      lose(queue.packets.front(), Loss::kNoContext);
      run_.reorder.retire(port, place, Reorder::kNothing, run_.released);
      release_in_order(now);
    }
  }
}

void Card::add_notes(Report& report) const {
  if (config_.port_bps == 0 && report.rate_mpps > 0) {
    report.notes.push_back(fmt::format(
        "the ports of {} have no limit: {:.1f} Gb/s is arithmetic, {} cores x {:.2f} Mpps x {:.0f} "
        "bytes, and no port carries it",
        config_.name, report.rate_gbps, config_.workers, report.rate_mpps / config_.workers,
        ratio(report.processed_bytes, run_.count.verdicts)));
  }
  if (run_.count.reloads != 0) {
    report.notes.push_back(fmt::format(
        "the program was replaced {} times; packets were held for {:.1f} ns", run_.count.reloads,
        static_cast<double>(time_of(run_.count.held_cycles)) / 1e3));
  }
  if (run_.count.delayed != 0) {
    report.notes.push_back(fmt::format("{} packets came faster than the {} takes them and waited",
                                       run_.count.delayed,
                                       run_.ingress.is_lossless() ? "card" : "wire"));
  }
}

VerdictCounts Card::verdict_counts() const {
  const Counters& count = run_.count;
  return {{count.pass, count.pass_bytes},
          {count.drop, count.drop_bytes},
          {count.tx, count.tx_bytes},
          {count.aborted, count.aborted_bytes}};
}

Report Card::finish() {
  is_running_ = false;
  while (true) {  // what the stranded held may let others go on
    stop_stranded();
    if (run_.wheel.empty()) lose_unserved();
    if (run_.wheel.empty()) break;
    while (handle_next(~uint64_t{0})) {
    }
  }
  const Counters& count = run_.count;
  const Cluster::Usage usage = cluster_.usage().since(run_.startup);
  const uint64_t end = run_.wheel.now();
  const uint64_t worker_cycles = end * cluster_.workers();
  Report report;
  report.offered = count.offered;
  report.pass = count.pass;
  report.drop = count.drop;
  report.tx = count.tx;
  report.aborted = count.aborted;
  for (unsigned i = 0; i < kLosses; ++i) {
    if (count.lost[i] == 0) continue;
    const bool is_before = i < kLossesBeforeVerdict;
    (is_before ? report.lost_by : report.after_verdict_lost)[to_string(static_cast<Loss>(i))] =
        count.lost[i];
    if (is_before) report.lost += count.lost[i];
  }
  report.events = count.events;
  report.offered_bytes = count.offered_bytes;
  report.processed_bytes = count.processed_bytes;
  report.sent_bytes = count.sent_bytes;
  report.offered_mpps = rate_per_us(std::max<uint64_t>(count.offered, 1) - 1,
                                    count.first_arrival_ps, count.last_arrival_ps);
  report.rate_mpps = rate_per_us(count.verdicts, time_of(count.first_service_cycles),
                                 time_of(count.last_verdict_cycles));
  constexpr double kGigabitsPerMegabyte = 8e-3;
  report.offered_gbps =
      report.offered_mpps * ratio(count.offered_bytes, count.offered) * kGigabitsPerMegabyte;
  report.rate_gbps =
      report.rate_mpps * ratio(count.processed_bytes, count.verdicts) * kGigabitsPerMegabyte;
  const auto nanoseconds = [](uint64_t ps) { return static_cast<double>(ps) / 1000; };
  report.p50_ns = nanoseconds(run_.latency_ps.quantile(0.5));
  report.p99_ns = nanoseconds(run_.latency_ps.quantile(0.99));
  report.p999_ns = nanoseconds(run_.latency_ps.quantile(0.999));
  report.max_ns = nanoseconds(run_.latency_ps.max());
  report.cycles_per_packet = ratio(usage.busy_cycles + usage.spaced_cycles, count.verdicts);
  report.instructions = usage.instructions;
  report.instructions_per_packet = ratio(usage.instructions, count.verdicts);
  report.busy = ratio(usage.busy_cycles, worker_cycles);
  report.stalled = ratio(usage.spaced_cycles + usage.waiting_cycles, worker_cycles);
  report.idle = worker_cycles == 0 ? 0 : std::max(0.0, 1 - report.busy - report.stalled);
  for (const auto& [name, load] : memory_.loads(end)) {
    report.engines[name] = {load.commands, load.load};
  }
  report.simulated_ps = std::max(time_of(end), count.last_exit_ps);
  report.faults = run_.faults.lines();
  report.interpreted_places = program_.code->untranslated();
  add_notes(report);
  return report;
}

}  // namespace nic
