// Formatting of a run's result.
// SPDX-License-Identifier: Apache-2.0
#include "cli/report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/json_text.h"

namespace cli {
namespace {

using nlohmann::ordered_json;

double per_second(uint64_t count, double seconds) {
  return seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

double share(uint64_t part, uint64_t whole) {
  return whole ? 100.0 * static_cast<double>(part) / static_cast<double>(whole) : 0;
}

std::string time_text(double seconds) {
  if (seconds < 1e-3) return fmt::format("{:.1f} us", seconds * 1e6);
  if (seconds < 1) return fmt::format("{:.3f} ms", seconds * 1e3);
  return fmt::format("{:.2f} s", seconds);
}

void add_counts(std::string& out, const nic::Report& report) {
  const auto row = [&](const char* name, uint64_t count, bool always) {
    if (count || always)
      out += fmt::format("  {:<22}{:>14}  {:6.2f} %\n", name, count, share(count, report.offered));
  };
  row("offered", report.offered, true);
  row("lost", report.lost, true);
  for (const auto& [cause, count] : report.lost_by) row(("  by " + cause).c_str(), count, false);
  row("pass", report.pass, true);
  row("drop", report.drop, true);
  row("tx", report.tx, true);
  row("redirect", report.redirect, false);
  row("aborted", report.aborted, true);
  for (const auto& [cause, count] : report.after_verdict_lost)
    row(("not sent: " + cause).c_str(), count, false);
}

// What made the run slower than its engine is; empty when nothing did.
std::string engine_note(const nic::Report& report, const RunFacts& facts) {
  if (facts.engine != facts.asked_engine) {
    return fmt::format("note: this host runs no translated code; {} instead of {}\n", facts.engine,
                       facts.asked_engine);
  }
  if (report.interpreted_places == 0) return "";
  return fmt::format(
      "note: there was no memory for the translated code of {} places, which were interpreted\n",
      report.interpreted_places);
}

}  // namespace

std::string text_report(const nic::Report& report, const RunFacts& facts) {
  std::string out =
      fmt::format("{} on {}: {} FPCs, {} words of program, {} of helper routines\n\npackets\n",
                  facts.program, facts.nic, facts.fpcs, facts.words, facts.routine_words);
  add_counts(out, report);
  out += fmt::format(
      "\nrate      in {:9.3f} Mpps {:9.2f} Gb/s    processed {:9.3f} Mpps {:9.2f} Gb/s\n",
      report.offered_mpps, report.offered_gbps, report.rate_mpps, report.rate_gbps);
  out += fmt::format("latency   p50 {:.0f} ns   p99 {:.0f} ns   p99.9 {:.0f} ns   max {:.0f} ns\n",
                     report.p50_ns, report.p99_ns, report.p999_ns, report.max_ns);
  out += fmt::format("cost      {:.1f} cycles and {:.1f} instructions per packet\n",
                     report.cycles_per_packet, report.instructions_per_packet);
  out += fmt::format("FPCs      busy {:.1f} %   stalled {:.1f} %   idle {:.1f} %\n",
                     100 * report.busy, 100 * report.stalled, 100 * report.idle);
  out += "memory   ";
  for (const auto& [name, engine] : report.engines) {
    out += fmt::format(" {} {:.1f} % ({})", name, 100 * engine.load, engine.commands);
  }
  if (report.events.delivered + report.events.lost != 0) {
    out += fmt::format("\nevents    {} to the host, {} bytes   lost {}", report.events.delivered,
                       report.events.bytes, report.events.lost);
  }
  const double simulated = static_cast<double>(report.simulated_ps) * 1e-12;
  const uint64_t done = report.offered - report.lost;
  out += fmt::format(
      "\ntime      simulated {}   wall {}   {:.2f} M instructions/s   {:.3f} M packets/s\n",
      time_text(simulated), time_text(facts.wall_seconds),
      per_second(report.instructions, facts.wall_seconds) / 1e6,
      per_second(done, facts.wall_seconds) / 1e6);
  out += engine_note(report, facts);
  for (const std::string& note : report.notes) out += fmt::format("note: {}\n", note);
  for (const std::string& warning : facts.warnings) out += fmt::format("warning: {}\n", warning);
  for (const std::string& fault : report.faults) out += fmt::format("fault: {}\n", fault);
  return out;
}

std::string json_report(const nic::Report& report, const RunFacts& facts) {
  ordered_json engines = ordered_json::object();
  for (const auto& [name, engine] : report.engines)
    engines[name] = {{"commands", engine.commands}, {"load", engine.load}};
  const uint64_t done = report.offered - report.lost;
  ordered_json root = {
      {"schema", "millrace.run/1"},
      {"program", facts.program},
      {"nic", facts.nic},
      {"target", facts.target},
      {"fpcs", facts.fpcs},
      {"seed", facts.seed},
      {"words", facts.words},
      {"routine_words", facts.routine_words},
      {"packets",
       {{"offered", report.offered},
        {"lost", report.lost},
        {"pass", report.pass},
        {"drop", report.drop},
        {"tx", report.tx},
        {"redirect", report.redirect},
        {"aborted", report.aborted}}},
      {"lost_by", report.lost_by},
      {"not_sent_by", report.after_verdict_lost},
      {"bytes",
       {{"offered", report.offered_bytes},
        {"processed", report.processed_bytes},
        {"sent", report.sent_bytes}}},
      {"events",
       {{"delivered", report.events.delivered},
        {"lost", report.events.lost},
        {"bytes", report.events.bytes}}},
      {"offered_mpps", report.offered_mpps},
      {"offered_gbps", report.offered_gbps},
      {"rate_mpps", report.rate_mpps},
      {"rate_gbps", report.rate_gbps},
      {"latency_ns",
       {{"p50", report.p50_ns},
        {"p99", report.p99_ns},
        {"p999", report.p999_ns},
        {"max", report.max_ns}}},
      {"cycles_per_packet", report.cycles_per_packet},
      {"instructions_per_packet", report.instructions_per_packet},
      {"instructions", report.instructions},
      {"fpc", {{"busy", report.busy}, {"stalled", report.stalled}, {"idle", report.idle}}},
      {"memory", engines},
      {"simulated_ns", static_cast<double>(report.simulated_ps) / 1000.0},
      {"notes", report.notes},
      {"warnings", facts.warnings},
      {"faults", report.faults},
      {"wall",
       {{"engine", facts.engine},
        {"interpreted_places", report.interpreted_places},
        {"seconds", facts.wall_seconds},
        {"cpu_seconds", facts.cpu_seconds},
        {"instructions_per_s", per_second(report.instructions, facts.wall_seconds)},
        {"packets_per_s", per_second(done, facts.wall_seconds)}}}};
  if (!facts.map_sync.empty()) root["map_sync"] = ordered_json::parse(facts.map_sync);
  return json_text(root);
}

}  // namespace cli
