// Renders findings with their source lines.
// SPDX-License-Identifier: Apache-2.0
#include "cli/check_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/json_text.h"
#include "offload-compiler/defect.h"
#include "offload-compiler/ebpf/verifier/log.h"
#include "offload-compiler/nfp/refusal.h"

namespace cli {
namespace {

using nlohmann::ordered_json;
using offload::Diagnostic;

struct Place {
  const CheckedProgram& in;
  const Diagnostic& found;

  bool is_refusal() const { return found.severity == Diagnostic::Severity::kRefusal; }
  const ebpf::LineInfo* line() const {
    return found.insn ? ebpf::source_line(in.program, *found.insn) : nullptr;
  }
  const offload::RuleSpec* rule() const { return offload::find_rule(found.rule); }
  const offload::DefectSpec* defect() const { return offload::find_defect(found.rule); }
};

template <typename Visitor>
void for_each(const CheckedProgram& program, Visitor visit) {
  for (const Diagnostic& refusal : program.report.refusals) visit(Place{program, refusal});
  for (const Diagnostic& defect : program.report.defects) visit(Place{program, defect});
}

std::string text_of(const Place& place) {
  const ebpf::LineInfo* line = place.line();
  std::string text = line != nullptr ? fmt::format("{}:{}: ", line->file, line->line)
                                     : fmt::format("{}: ", place.in.name);
  if (place.found.insn) text += fmt::format("insn {}: ", *place.found.insn);
  text += fmt::format("{}: {} [{}]\n", place.is_refusal() ? "error" : "warning",
                      place.found.message, place.found.rule);
  if (line != nullptr && !line->text.empty())
    text += fmt::format("    {}\n", ebpf::trimmed(line->text));
  if (place.rule() != nullptr) text += fmt::format("  hint: {}\n", place.rule()->hint);
  if (const offload::DefectSpec* defect = place.defect()) {
    text += defect->is_corrected()
                ? fmt::format("  --fix-defects: {}\n", defect->remedy)
                : fmt::format("  --fix-defects corrects nothing here: {}\n", defect->remedy);
  }
  return text;
}

auto corrected(const std::vector<Diagnostic>& defects) {
  return std::ranges::count_if(defects, [](const Diagnostic& found) {
    const offload::DefectSpec* defect = offload::find_defect(found.rule);
    return defect != nullptr && defect->is_corrected();
  });
}

std::string verdict_of(const CheckRun& run, const CheckedProgram& program) {
  const offload::CheckReport& report = program.report;
  std::string text =
      report.offloadable()
          ? fmt::format("{}: can be offloaded to {}", program.name, run.target)
          : fmt::format("{}: cannot be offloaded to {}: {} refusal{}", program.name, run.target,
                        report.refusals.size(), report.refusals.size() == 1 ? "" : "s");
  if (!report.defects.empty())
    text += fmt::format(", {} known defect{} reached, {} corrected by --fix-defects",
                        report.defects.size(), report.defects.size() == 1 ? "" : "s",
                        corrected(report.defects));
  if (!report.offloadable() && !report.accepting_profiles.empty())
    text += fmt::format("; nfp/{} would take it", fmt::join(report.accepting_profiles, ", nfp/"));
  text += '\n';
  for (const offload::LimitUse& limit : report.limits)
    text += fmt::format("  {:<14}{:>9} of {}\n", limit.name, limit.used, limit.allowed);
  return text;
}

ordered_json json_of(const Place& place) {
  ordered_json json = {{"rule", place.found.rule}, {"message", place.found.message}};
  if (place.found.insn) json["insn"] = *place.found.insn;
  if (const ebpf::LineInfo* line = place.line()) {
    json["file"] = line->file;
    json["line"] = line->line;
    json["column"] = line->column;
    json["source"] = ebpf::trimmed(line->text);
  }
  if (const offload::RuleSpec* rule = place.rule()) {
    json["errno"] = rule->error_name;
    json["hint"] = rule->hint;
  }
  if (const offload::DefectSpec* defect = place.defect()) {
    json["defect"] = defect->rule;
    json["corrected"] = defect->is_corrected();
    json["remedy"] = defect->remedy;
  }
  return json;
}

ordered_json json_of(const CheckedProgram& program) {
  ordered_json refusals = ordered_json::array(), defects = ordered_json::array();
  for_each(program, [&](const Place& place) {
    (place.is_refusal() ? refusals : defects).push_back(json_of(place));
  });
  ordered_json limits = ordered_json::object();
  for (const offload::LimitUse& limit : program.report.limits)
    limits[limit.name] = {{"used", limit.used}, {"allowed", limit.allowed}};
  return {{"name", program.program.name},
          {"type", ebpf::to_string(program.program.type)},
          {"offloadable", program.report.offloadable()},
          {"refusals", refusals},
          {"defects", defects},
          {"limits", limits},
          {"accepting_profiles", program.report.accepting_profiles}};
}

ordered_json sarif_rules(const CheckRun& run) {
  std::set<std::string> seen;
  ordered_json rules = ordered_json::array();
  for (const CheckedProgram& program : run.programs) {
    for_each(program, [&](const Place& place) {
      if (!seen.insert(place.found.rule).second) return;
      ordered_json rule = {{"id", place.found.rule}};
      if (place.rule() != nullptr) rule["help"] = {{"text", place.rule()->hint}};
      rules.push_back(rule);
    });
  }
  return rules;
}

ordered_json sarif_result(const CheckRun& run, const Place& place) {
  const ebpf::LineInfo* line = place.line();
  ordered_json location = {
      {"artifactLocation", {{"uri", line != nullptr ? line->file : run.source}}}};
  if (line != nullptr && line->line != 0) location["region"] = {{"startLine", line->line}};
  const std::string logical =
      place.found.insn ? fmt::format("{}:insn {}", place.in.program.name, *place.found.insn)
                       : place.in.program.name;
  return {{"ruleId", place.found.rule},
          {"level", place.is_refusal() ? "error" : "warning"},
          {"message", {{"text", place.found.message}}},
          {"locations",
           {{{"physicalLocation", location},
             {"logicalLocations", {{{"fullyQualifiedName", logical}}}}}}}};
}

}  // namespace

bool CheckRun::offloadable() const {
  return std::ranges::all_of(
      programs, [](const CheckedProgram& program) { return program.report.offloadable(); });
}

std::string to_text(const CheckRun& run) {
  std::string text;
  for (const CheckedProgram& program : run.programs) {
    for_each(program, [&](const Place& place) { text += text_of(place); });
    text += verdict_of(run, program);
  }
  return text;
}

std::string to_json(const CheckRun& run) {
  ordered_json programs = ordered_json::array();
  for (const CheckedProgram& program : run.programs) programs.push_back(json_of(program));
  return json_text({{"schema", "millrace.check/1"},
                    {"source", run.source},
                    {"target", run.target},
                    {"offloadable", run.offloadable()},
                    {"programs", programs}});
}

std::string to_sarif(const CheckRun& run) {
  ordered_json results = ordered_json::array();
  for (const CheckedProgram& program : run.programs)
    for_each(program, [&](const Place& place) { results.push_back(sarif_result(run, place)); });
  const ordered_json driver = {{"name", "millrace check"}, {"rules", sarif_rules(run)}};
  return json_text({{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                    {"version", "2.1.0"},
                    {"runs", {{{"tool", {{"driver", driver}}}, {"results", results}}}}});
}

}  // namespace cli
