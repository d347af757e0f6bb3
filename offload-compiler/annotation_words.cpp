// Words of an image and of the routines that it calls, with their costs and where their branches lead.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <optional>

#include "fpc/assembler.h"
#include "fpc/firmware/abi.h"
#include "fpc/firmware/microcode.h"
#include "offload-compiler/annotation.h"
#include "offload-compiler/ebpf/print.h"

namespace offload {
namespace {

using firmware::Relocation;

// Takes words one after the other: what one costs depends on the one before.
class Costs {
 public:
  AnnotatedWord annotate(uint32_t address, fpc::Word word) {
    AnnotatedWord annotated;
    annotated.address = address;
    annotated.word = word;
    annotated.text = fpc::disassemble(word);
    const base::Result<fpc::Insn> insn = fpc::decode(word);
    if (insn) annotated.cost = fpc::cost_of(*insn, before_ ? &*before_ : nullptr);
    before_ = insn ? std::optional(*insn) : std::nullopt;
    return annotated;
  }

 private:
  std::optional<fpc::Insn> before_;
};

std::string place_name(const Compilation& compiled, uint32_t word) {
  if (word >= compiled.origins.size()) return {};
  const WordOrigin& origin = compiled.origins[word];
  return origin.part == Part::kProgram ? fmt::format("insn {}", origin.insn) : name_of(origin.part);
}

std::string routine_name(unsigned helper) {
  const std::string_view label = firmware::helper_label(helper);
  return label.empty() ? ebpf::helper_name(static_cast<int32_t>(helper)) : std::string(label);
}

// Of a table id as the program's words carry it.
std::string map_name(const Compilation& compiled, unsigned table) {
  const std::vector<uint32_t>& ids = compiled.plan.map_ids;
  const auto found = std::ranges::find(ids, table);
  return found == ids.end() ? std::string() : compiled.plan.source.maps[found - ids.begin()].name;
}

std::string target_of(const Compilation& compiled, fpc::Word word) {
  const base::Result<fpc::Insn> insn = fpc::decode(word);
  if (!insn) return {};
  switch (static_cast<Relocation>(word >> firmware::kRelocationShift)) {
    case Relocation::kNone:
      return {};
    case Relocation::kBranch:
      return place_name(compiled, insn->target);
    case Relocation::kImmediate:
      return place_name(compiled, insn->immediate);
    case Relocation::kGoOut:
      return name_of(Part::kOut);
    case Relocation::kGoAbort:
      return name_of(Part::kAbort);
    case Relocation::kCallPush:
      return name_of(Part::kPush);
    case Relocation::kCallPop:
      return name_of(Part::kPop);
    case Relocation::kNextPacket:
      return "datapath";
    case Relocation::kTablePageLow:
    case Relocation::kTablePageHigh:
      return map_name(compiled, insn->immediate);
    case Relocation::kHelper:
      return routine_name(insn->target - firmware::kRelocatedAddress);
  }
  return {};
}

struct RoutineStart {
  uint32_t address;
  std::string name, meaning;
};

// Where the routines of `helpers` start, the code that they share first.
std::vector<RoutineStart> routine_starts(const firmware::Microcode& microcode,
                                         const std::vector<unsigned>& helpers) {
  std::vector<RoutineStart> starts;
  for (const unsigned helper : helpers) {
    const std::string label(firmware::helper_label(helper));
    starts.push_back({microcode.labels.at(label), label,
                      fmt::format("routine of {}", ebpf::helper_name(static_cast<int>(helper)))});
  }
  std::ranges::sort(starts, {}, &RoutineStart::address);
  if (!starts.empty() && starts.front().address > microcode.dispatch_words)
    starts.insert(starts.begin(),
                  {microcode.dispatch_words, "map_common", "shared by the routines of maps"});
  return starts;
}

}  // namespace

std::vector<AnnotatedWord> annotate_words(const Compilation& compiled) {
  std::vector<AnnotatedWord> words;
  Costs costs;
  for (uint32_t i = 0; i < compiled.image.words.size(); ++i) {
    words.push_back(costs.annotate(i, compiled.image.words[i]));
    words.back().memory = compiled.origins[i].memory;
    words.back().leads_to = target_of(compiled, compiled.image.words[i]);
  }
  return words;
}

std::vector<AnnotatedPart> annotate_routines(const firmware::Image& image) {
  std::vector<unsigned> helpers = image.helpers();
  std::erase_if(helpers, [](unsigned helper) { return firmware::helper_label(helper).empty(); });
  const base::Result<firmware::Microcode> microcode =
      firmware::assemble_microcode(helpers, 0, firmware::kProgramStart);
  assert(microcode && "the firmware's own sources assemble");
  std::vector<AnnotatedPart> routines;
  const std::vector<RoutineStart> starts = routine_starts(*microcode, helpers);
  for (size_t i = 0; i < starts.size(); ++i) {
    const size_t end = i + 1 < starts.size() ? starts[i + 1].address : microcode->words.size();
    AnnotatedPart routine{starts[i].name, starts[i].meaning, {}, {}};
    Costs costs;
    for (uint32_t at = starts[i].address; at < end; ++at) {
      routine.words.push_back(costs.annotate(at, microcode->words[at]));
      routine.total += total_of(routine.words.back());
    }
    routines.push_back(std::move(routine));
  }
  return routines;
}

}  // namespace offload
