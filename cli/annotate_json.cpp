// The listing of millrace compile --annotate as JSON.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/annotate_report.h"
#include "cli/json_text.h"
#include "offload-compiler/ebpf/verifier/log.h"
#include "offload-compiler/passes/passes.h"

namespace cli {
namespace {

using nlohmann::ordered_json;
using offload::AnnotatedFunction;
using offload::AnnotatedInsn;
using offload::AnnotatedLine;
using offload::AnnotatedPart;
using offload::AnnotatedWord;
using offload::Total;

ordered_json json_of(const Total& total) {
  return {{"words", total.words},
          {"cycles", total.cycles},
          {"ctm_commands", total.packet_commands},
          {"emem_commands", total.map_commands}};
}

ordered_json json_of(const AnnotatedWord& word);
ordered_json json_of(const AnnotatedInsn& insn);
ordered_json json_of(const AnnotatedLine& line);
ordered_json json_of(const AnnotatedFunction& function);
ordered_json json_of(const AnnotatedPart& part);

template <typename T>
ordered_json list_of(const std::vector<T>& items) {
  ordered_json list = ordered_json::array();
  for (const T& item : items) list.push_back(json_of(item));
  return list;
}

ordered_json json_of(const AnnotatedWord& word) {
  ordered_json json = {{"address", word.address},
                       {"word", fmt::format("{:016x}", word.word)},
                       {"text", word.text},
                       {"cycles", word.cost.straight}};
  if (word.cost.taken != 0) json["cycles_taken"] = word.cost.taken;
  if (word.memory != offload::Memory::kNone)
    json["memory"] = word.memory == offload::Memory::kPacket ? "ctm" : "emem";
  if (!word.leads_to.empty()) json["leads_to"] = word.leads_to;
  return json;
}

ordered_json json_of(const AnnotatedInsn& insn) {
  ordered_json json = {{"insn", insn.insn}, {"text", insn.text}};
  if (insn.removed_by != nullptr) json["removed_by"] = insn.removed_by->name;
  if (!insn.note.empty()) json["note"] = insn.note;
  json["total"] = json_of(insn.total);
  json["words"] = list_of(insn.words);
  return json;
}

ordered_json json_of(const AnnotatedLine& line) {
  ordered_json json = ordered_json::object();
  if (line.line != nullptr) {
    json["file"] = line.line->file;
    json["line"] = line.line->line;
    json["source"] = ebpf::trimmed(line.line->text);
  }
  json["total"] = json_of(line.total);
  json["insns"] = list_of(line.insns);
  return json;
}

ordered_json json_of(const AnnotatedFunction& function) {
  return {{"name", function.name},
          {"insn", function.insn},
          {"stack_bytes", function.stack_bytes},
          {"total", json_of(function.total)},
          {"lines", list_of(function.lines)}};
}

ordered_json json_of(const AnnotatedPart& part) {
  return {{"name", part.name},
          {"meaning", part.meaning},
          {"total", json_of(part.total)},
          {"words", list_of(part.words)}};
}

}  // namespace

std::string annotate_json(const AnnotateRun& run) {
  const firmware::Image& image = run.compiled.image;
  const ordered_json json = {{"schema", "millrace.annotate/1"},
                             {"source", run.source},
                             {"program", image.program},
                             {"program_type", image.program_type},
                             {"target", "nfp/" + image.profile},
                             {"codegen", image.codegen},
                             {"nic", run.nic.name},
                             {"latency_cycles",
                              {{"ctm", run.nic.ctm.latency_cycles},
                               {"emem_cached", run.nic.emem_hot_latency_cycles},
                               {"emem", run.nic.emem.latency_cycles}}},
                             {"total", json_of(run.listing.program)},
                             {"routines_total", json_of(run.listing.called)},
                             {"entry", list_of(run.listing.entry)},
                             {"functions", list_of(run.listing.functions)},
                             {"exits", list_of(run.listing.exits)},
                             {"routines", list_of(run.listing.routines)}};
  return json_text(json);
}

}  // namespace cli
