// The listing of millrace compile --annotate.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "cli/annotate_report.h"
#include "offload-compiler/ebpf/verifier/log.h"
#include "offload-compiler/passes/passes.h"

namespace cli {
namespace {

using offload::AnnotatedFunction;
using offload::AnnotatedInsn;
using offload::AnnotatedLine;
using offload::AnnotatedPart;
using offload::AnnotatedWord;
using offload::Total;

constexpr size_t kColumns = 140;
constexpr size_t kInsnColumns = 29;  // text of an eBPF instruction
constexpr size_t kLeftColumns = 6 + kInsnColumns + 8;
constexpr size_t kPartColumns = 4;     // to the left of words that belong to no instruction
constexpr size_t kWordColumns = 46;    // text of a word, when something stands behind it
constexpr size_t kTotalsColumn = 100;  // of headings
constexpr size_t kShownLines = 10;     // of the lines with the most cycles

std::string cut(const std::string& text, size_t columns) {
  return text.size() <= columns ? text : text.substr(0, columns - 1) + "~";
}

// Lines are a stranger's bytes: none of them may move the terminal's cursor.
std::string printable(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = ' ';
  return text;
}

// A file without its folders; a filter is no file.
std::string file_and_line(const ebpf::LineInfo* line, const std::string& source) {
  if (line == nullptr) return "(no line information)";
  const std::string file =
      line->file == source ? source : std::filesystem::path(line->file).filename().string();
  return fmt::format("{}:{}  {}", file, line->line, ebpf::trimmed(line->text));
}

std::string commands_of(const Total& total) {
  std::string text;
  if (total.packet_commands != 0) text += fmt::format(", {} CTM", total.packet_commands);
  if (total.map_commands != 0) text += fmt::format(", {} EMEM", total.map_commands);
  return text;
}

std::string heading(const std::string& left, const Total& total) {
  return fmt::format("{:<{}} {:>4} words {:>5} cycles{}\n", cut(printable(left), kTotalsColumn),
                     kTotalsColumn, total.words, total.cycles, commands_of(total));
}

class Listing {
 public:
  explicit Listing(const AnnotateRun& run) : run_(run) {}

  std::string text() {
    const firmware::Image& image = run_.compiled.image;
    out_ = fmt::format("{}: {} ({}) for nfp/{}, memory of {}\n", printable(run_.source),
                       image.program, image.program_type, image.profile, run_.nic.name);
    out_ += fmt::format("{:>4}  {:<{}} {:>3} {:>3} | {:>4} {:>3}  {}\n", "insn", "eBPF",
                        kInsnColumns, "wds", "cyc", "addr", "cyc", "microcode");
    for (const AnnotatedPart& part : run_.listing.entry) add(part);
    for (const AnnotatedFunction& function : run_.listing.functions) add(function);
    for (const AnnotatedPart& part : run_.listing.exits) add(part);
    for (const AnnotatedPart& part : run_.listing.routines) add(part);
    add_hottest_lines();
    add_totals();
    return std::move(out_);
  }

 private:
  void add(const AnnotatedPart& part) {
    out_ += '\n' + heading(fmt::format("== {}: {}", part.name, part.meaning), part.total);
    for (const AnnotatedWord& word : part.words) add(word, std::string(kPartColumns, ' '));
  }

  void add(const AnnotatedFunction& function) {
    out_ += '\n' + heading(fmt::format("== {}: function at insn {}, {} B of stack", function.name,
                                       function.insn, function.stack_bytes),
                           function.total);
    for (const AnnotatedLine& line : function.lines) add(line);
  }

  void add(const AnnotatedLine& line) {
    if (line.line != nullptr || has_lines())
      out_ += '\n' + heading(file_and_line(line.line, run_.source), line.total);
    for (const AnnotatedInsn& insn : line.insns) add(insn);
  }

  bool has_lines() const { return !run_.compiled.plan.source.lines.empty(); }

  // Beside its first word; a note has a row of its own above the words.
  void add(const AnnotatedInsn& insn) {
    const std::string blank(kLeftColumns, ' ');
    std::string left =
        fmt::format("{:>4}: {:<{}} {:>3} {:>3}", insn.insn, cut(printable(insn.text), kInsnColumns),
                    kInsnColumns, insn.total.words, insn.total.cycles);
    const bool removed = insn.removed_by != nullptr;
    if (removed || !insn.note.empty() || insn.words.empty()) {
      const std::string note =
          removed ? fmt::format("{}: {}", insn.removed_by->name, insn.note) : insn.note;
      out_ += fmt::format("{} |{}{}\n", left, note.empty() ? "" : "           ; ", note);
      left = blank;
    }
    for (const AnnotatedWord& word : insn.words) {
      add(word, left);
      left = blank;
    }
  }

  // What does not fit behind the word goes below it.
  void add(const AnnotatedWord& word, const std::string& left) {
    const std::string row = fmt::format("{} | {:>4} {:>3}  ", left, word.address, cycles_of(word));
    const std::string remark = remark_on(word);
    const bool fits = row.size() + word.text.size() + 1 + remark.size() <= kColumns;
    out_ += row;
    out_ += fits && !remark.empty() ? fmt::format("{:<{}} {}", word.text, kWordColumns, remark)
                                    : word.text;
    if (!fits && !remark.empty()) out_ += fmt::format("\n{} |           {}", left, remark);
    out_ += '\n';
  }

  // "1", or "1/4": not taken and taken.
  static std::string cycles_of(const AnnotatedWord& word) {
    return word.cost.taken == 0 ? fmt::format("{}", word.cost.straight)
                                : fmt::format("{}/{}", word.cost.straight, word.cost.taken);
  }

  std::string remark_on(const AnnotatedWord& word) const {
    if (word.memory == offload::Memory::kPacket)
      return fmt::format("; CTM {}", run_.nic.ctm.latency_cycles);
    if (word.memory == offload::Memory::kMapValue)
      return fmt::format("; EMEM {}-{}", run_.nic.emem_hot_latency_cycles,
                         run_.nic.emem.latency_cycles);
    return word.leads_to.empty() ? "" : "; " + word.leads_to;
  }

  void add_hottest_lines() {
    std::map<std::pair<std::string, uint32_t>, std::pair<const ebpf::LineInfo*, Total>> sums;
    for (const AnnotatedFunction& function : run_.listing.functions) {
      for (const AnnotatedLine& line : function.lines) {
        if (line.line == nullptr) continue;
        auto& [info, total] = sums[{line.line->file, line.line->line}];
        info = line.line;
        total += line.total;
      }
    }
    std::vector<std::pair<const ebpf::LineInfo*, Total>> lines;
    for (const auto& [place, sum] : sums) lines.push_back(sum);
    std::ranges::stable_sort(lines, std::ranges::greater(),
                             [](const auto& line) { return line.second.cycles; });
    if (lines.empty()) return;
    out_ += "\n== lines with the most cycles, all their instructions together\n";
    lines.resize(std::min(lines.size(), kShownLines));
    for (const auto& [line, total] : lines)
      out_ += heading(file_and_line(line, run_.source), total);
  }

  void add_totals() {
    const nic::Config& nic = run_.nic;
    out_ += "\n== totals, every word once and no conditional branch taken\n";
    out_ += heading("program", run_.listing.program);
    if (!run_.listing.routines.empty())
      out_ += heading("routines of the firmware that it calls", run_.listing.called);
    out_ += fmt::format(
        "cyc: 1/4 is not taken/taken. CTM {} and EMEM {} (cached) to {} cycles: from command to "
        "signal on an idle {};\nthe context sleeps and others run. Commands that wait are at least "
        "{} (CTM) and {} (EMEM) cycles behind the core's previous one.\n",
        nic.ctm.latency_cycles, nic.emem_hot_latency_cycles, nic.emem.latency_cycles, nic.name,
        nic.narrow_spacing_cycles, nic.wide_spacing_cycles);
  }

  const AnnotateRun& run_;
  std::string out_;
};

}  // namespace

std::string annotate_text(const AnnotateRun& run) { return Listing(run).text(); }

}  // namespace cli
