// Picks the figures of a sweep's table out of the reports of its runs.
// SPDX-License-Identifier: Apache-2.0
#include "cli/sweep_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace cli {
namespace {

using nlohmann::ordered_json;

struct Column {
  const char* name;
  const char* pointer;  // into a run's report
  bool in_text;
};
constexpr Column kColumns[] = {
    {"offered", "/packets/offered", false},
    {"lost", "/packets/lost", true},
    {"pass", "/packets/pass", false},
    {"drop", "/packets/drop", false},
    {"tx", "/packets/tx", false},
    {"redirect", "/packets/redirect", false},
    {"aborted", "/packets/aborted", false},
    {"offered_mpps", "/offered_mpps", true},
    {"rate_mpps", "/rate_mpps", true},
    {"rate_gbps", "/rate_gbps", true},
    {"p50_ns", "/latency_ns/p50", true},
    {"p99_ns", "/latency_ns/p99", true},
    {"p999_ns", "/latency_ns/p999", false},
    {"max_ns", "/latency_ns/max", false},
    {"cycles_per_packet", "/cycles_per_packet", true},
    {"instructions_per_packet", "/instructions_per_packet", false},
    {"busy", "/fpc/busy", true},
    {"stalled", "/fpc/stalled", false},
    {"idle", "/fpc/idle", false},
};

// null when the run failed.
ordered_json report_of(const SweepRun& run) {
  if (run.result.exit_code != 0) return nullptr;
  ordered_json report = ordered_json::parse(run.result.out, nullptr, false);
  return report.is_discarded() ? ordered_json(nullptr) : report;
}

// The first line that the run said, without the program's name.
std::string error_of(const SweepRun& run) {
  std::string text = run.result.err;
  text.erase(std::min(text.find('\n'), text.size()));
  const std::string name = "millrace: ";
  if (text.rfind(name, 0) == 0) text.erase(0, name.size());
  constexpr int kSignalled = 128;
  if (run.result.exit_code > kSignalled) {
    text += fmt::format("{}ended by signal {}", text.empty() ? "" : "; ",
                        run.result.exit_code - kSignalled);
  }
  return text;
}

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

std::string number(const ordered_json& report, const Column& column) {
  const ordered_json::json_pointer pointer(column.pointer);
  return report.contains(pointer) ? report.at(pointer).dump() : "";
}

std::string rounded(const ordered_json& report, const Column& column) {
  const ordered_json::json_pointer pointer(column.pointer);
  if (!report.contains(pointer)) return "";
  const ordered_json& value = report.at(pointer);
  return value.is_number_float() ? fmt::format("{:.3f}", value.get<double>()) : value.dump();
}

}  // namespace

std::string sweep_text(const Sweep& sweep) {
  std::vector<std::vector<std::string>> rows = {sweep.axes};
  for (const Column& column : kColumns)
    if (column.in_text) rows[0].push_back(column.name);
  for (const SweepRun& run : sweep.runs) {
    std::vector<std::string> row = run.values;
    const ordered_json report = report_of(run);
    for (const Column& column : kColumns) {
      if (column.in_text && !report.is_null()) row.push_back(rounded(report, column));
    }
    if (report.is_null()) row.push_back("failed: " + error_of(run));
    rows.push_back(std::move(row));
  }
  std::vector<size_t> widths(rows[0].size());
  for (const auto& row : rows) {  // a failure's text runs on
    const size_t columns =
        std::min(row.size() < widths.size() ? sweep.axes.size() : row.size(), widths.size());
    for (size_t i = 0; i < columns; ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      const bool is_axis = i < sweep.axes.size();
      const size_t width = row.size() < widths.size() && !is_axis ? 0 : widths[i];
      line +=
          is_axis ? fmt::format("{:<{}}  ", row[i], width) : fmt::format("{:>{}}  ", row[i], width);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
  return out;
}

std::string sweep_csv(const Sweep& sweep) {
  std::string out;
  for (const std::string& axis : sweep.axes) out += axis + ',';
  for (const Column& column : kColumns) out += std::string(column.name) + ',';
  out += "exit_code,error\n";
  for (const SweepRun& run : sweep.runs) {
    for (const std::string& value : run.values) out += quoted(value) + ',';
    const ordered_json report = report_of(run);
    for (const Column& column : kColumns) {
      out += (report.is_null() ? std::string() : number(report, column)) + ',';
    }
    out += fmt::format("{},{}\n", run.result.exit_code,
                       report.is_null() ? quoted(error_of(run)) : std::string());
  }
  return out;
}

std::string sweep_json(const Sweep& sweep) {
  ordered_json runs = ordered_json::array();
  for (const SweepRun& run : sweep.runs) {
    ordered_json configuration = ordered_json::object();
    for (size_t i = 0; i < sweep.axes.size(); ++i) configuration[sweep.axes[i]] = run.values[i];
    const ordered_json report = report_of(run);
    runs.push_back({{"configuration", configuration},
                    {"arguments", run.arguments},
                    {"exit_code", run.result.exit_code},
                    {"error", report.is_null() ? error_of(run) : ""},
                    {"report", report}});
  }
  const ordered_json root = {{"schema", "millrace.sweep/1"}, {"runs", runs}};
  return root.dump(2) + "\n";
}

}  // namespace cli
