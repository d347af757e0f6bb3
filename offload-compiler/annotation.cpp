// Sorts the words of a compiled program under instructions, lines and functions.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/annotation.h"

#include <fmt/format.h>

#include <algorithm>

#include "offload-compiler/ebpf/print.h"
#include "offload-compiler/ebpf/verifier/log.h"
#include "offload-compiler/nfp/opcode.h"
#include "offload-compiler/passes/passes.h"

namespace offload {
namespace {

struct PartSpec {
  Part part;
  const char* name;
  const char* meaning;
};

constexpr PartSpec kParts[] = {
    {Part::kIntro, "intro", "entry: the packet's length"},
    {Part::kProgram, "program", "the program proper"},
    {Part::kAbort, "abort", "exit with a fixed verdict"},
    {Part::kOut, "out", "exit: the return code becomes a verdict"},
    {Part::kPush, "push", "saves R6 to R9 for a subprogram and enters it"},
    {Part::kPop, "pop", "restores R6 to R9 and returns"},
    {Part::kPad, "pad", "never executed: what the core may fetch ahead"},
};

const PartSpec& spec_of(Part part) {
  return *std::ranges::find(kParts, part, [](const PartSpec& spec) { return spec.part; });
}

// What a pass made of an instruction that stays, or why one went.
std::string note_on(const PlannedInsn& planned, const ebpf::Insn& loaded) {
  if (planned.removed_by != nullptr)
    return planned.facts.visited ? planned.removed_by->removes : "never reached";
  if (planned.copy_bytes != 0)
    return fmt::format("gather-copies: copies {} bytes", std::abs(planned.copy_bytes));
  if (planned.negated_compare || (is_alu(loaded) && planned.insn.opcode != loaded.opcode))
    return fmt::format("negate-immediates: {} instead", planned.insn.imm);
  if (planned.cache.end == 0) return {};
  if (!planned.cache.reads) return "packet-cache: read by an earlier load";
  const int32_t bytes = planned.cache.end - planned.cache.start;
  if (bytes == static_cast<int32_t>(access_bytes(loaded))) return {};
  return fmt::format("packet-cache: reads {} bytes for later loads too", bytes);
}

class Annotator {
 public:
  explicit Annotator(const Compilation& compiled)
      : compiled_(compiled), words_(annotate_words(compiled)) {}

  Annotation annotate() {
    for (const FrameFacts& frame : compiled_.plan.frames)
      result_.functions.push_back(annotate_function(frame));
    add_parts();
    result_.routines = annotate_routines(compiled_.image);
    for (const AnnotatedFunction& function : result_.functions) result_.program += function.total;
    for (const auto* parts : {&result_.entry, &result_.exits})
      for (const AnnotatedPart& part : *parts) result_.program += part.total;
    for (const AnnotatedPart& routine : result_.routines) result_.called += routine.total;
    return std::move(result_);
  }

 private:
  const ebpf::Program& program() const { return compiled_.plan.source; }

  std::string function_name(uint32_t start) const {
    for (const ebpf::FunctionInfo& function : program().functions)
      if (function.insn == start && !function.name.empty()) return function.name;
    return start == 0 ? program().name : fmt::format("subprogram at insn {}", start);
  }

  AnnotatedFunction annotate_function(const FrameFacts& frame) {
    AnnotatedFunction function{function_name(frame.start), frame.start, frame.depth(), {}, {}};
    for (uint32_t i = frame.start; i < frame.end; ++i) {
      const ebpf::LineInfo* line = ebpf::source_line(program(), i);
      if (function.lines.empty() || !same_line(function.lines.back().line, line))
        function.lines.push_back({line, {}, {}});
      AnnotatedInsn insn = annotate_insn(i);
      function.lines.back().total += insn.total;
      function.total += insn.total;
      function.lines.back().insns.push_back(std::move(insn));
      if (is_load_imm64(program().insns[i])) ++i;
    }
    return function;
  }

  static bool same_line(const ebpf::LineInfo* a, const ebpf::LineInfo* b) {
    if (a == nullptr || b == nullptr) return a == b;
    return a->line == b->line && a->file == b->file;
  }

  // Words of one instruction follow each other, and those of the next one follow them.
  AnnotatedInsn annotate_insn(uint32_t index) {
    const PlannedInsn& planned = compiled_.plan.insns[index];
    AnnotatedInsn insn{index,
                       ebpf::print_insn(program(), index),
                       planned.removed_by,
                       note_on(planned, program().insns[index]),
                       {},
                       {}};
    for (; next_ < words_.size(); ++next_) {
      const WordOrigin& origin = compiled_.origins[next_];
      if (origin.part == Part::kProgram && origin.insn != index) break;
      if (origin.part != Part::kProgram) continue;
      insn.words.push_back(words_[next_]);
      insn.total += total_of(words_[next_]);
    }
    return insn;
  }

  void add_parts() {
    for (const PartSpec& spec : kParts) {
      if (spec.part == Part::kProgram) continue;
      AnnotatedPart part{spec.name, spec.meaning, {}, {}};
      for (size_t i = 0; i < words_.size(); ++i) {
        if (compiled_.origins[i].part != spec.part) continue;
        part.words.push_back(words_[i]);
        part.total += total_of(words_[i]);
      }
      if (part.words.empty()) continue;
      if (spec.part == Part::kPad) part.total.cycles = 0;
      (spec.part == Part::kIntro ? result_.entry : result_.exits).push_back(std::move(part));
    }
  }

  const Compilation& compiled_;
  std::vector<AnnotatedWord> words_;
  size_t next_ = 0;  // first word that no instruction has taken yet
  Annotation result_;
};

}  // namespace

Total& Total::operator+=(const Total& other) {
  words += other.words;
  cycles += other.cycles;
  packet_commands += other.packet_commands;
  map_commands += other.map_commands;
  return *this;
}

Total total_of(const AnnotatedWord& word) {
  return {.words = 1,
          .cycles = word.cost.straight,
          .packet_commands = word.memory == Memory::kPacket ? 1u : 0u,
          .map_commands = word.memory == Memory::kMapValue ? 1u : 0u};
}

const char* name_of(Part part) { return spec_of(part).name; }

Annotation annotate(const Compilation& compiled) { return Annotator(compiled).annotate(); }

}  // namespace offload
