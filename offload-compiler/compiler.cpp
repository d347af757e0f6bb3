// compile(): verification under the driver's rules, passes, lowering, and what goes into the image.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/compiler.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>

#include "offload-compiler/codegen/defects.h"
#include "offload-compiler/codegen/lower.h"
#include "offload-compiler/ebpf/maps.h"
#include "offload-compiler/hidden_values.h"
#include "offload-compiler/nfp/location.h"
#include "offload-compiler/nfp/map_limits.h"
#include "offload-compiler/nfp/verify.h"
#include "offload-compiler/passes/passes.h"

namespace offload {
namespace {

constexpr std::string_view kTargetName = "nfp", kPlannedTarget = "extended";

std::vector<firmware::ImageMap> image_maps(const ebpf::Program& program,
                                           const std::vector<uint32_t>& map_ids,
                                           const ProgramFacts& facts) {
  std::vector<firmware::ImageMap> maps;
  for (size_t i = 0; i < program.maps.size(); ++i) {
    if (map_ids[i] == 0) continue;
    const ebpf::MapDef& def = program.maps[i];
    maps.push_back({def.name, def.type, def.key_bytes, def.value_bytes, def.max_entries,
                    facts.map_word_use[i], def.key_btf, def.value_btf, def.initial,
                    ebpf::is_constant(def)});
  }
  return maps;
}

std::vector<firmware::SourceLine> image_lines(const ebpf::Program& program,
                                              const Lowered& lowered) {
  std::vector<firmware::SourceLine> lines;
  for (const ebpf::LineInfo& line : program.lines) {
    if (line.insn >= lowered.first_word.size()) continue;
    lines.push_back({lowered.first_word[line.insn], line.insn, line.file, line.line});
  }
  return lines;
}

firmware::Image make_image(const ebpf::Program& program, const Target& target,
                           const ProgramFacts& facts, const std::vector<uint32_t>& map_ids,
                           Lowered lowered) {
  firmware::Image image;
  image.program = program.name;
  image.program_type = ebpf::to_string(program.type);
  image.profile = target.capability.profile;
  image.codegen = facts.fix_defects ? firmware::kCodegenFixed : firmware::kCodegenKernel;
  image.target_out = lowered.out;
  image.target_abort = lowered.abort;
  image.target_push = lowered.push;
  image.target_pop = lowered.pop;
  image.stack_bytes = facts.stack_bytes;
  image.max_packet_offset = facts.max_packet_offset;
  image.maps = image_maps(program, map_ids, facts);
  image.lines = image_lines(program, lowered);
  image.words = std::move(lowered.words);
  return image;
}

std::string warning_of(const ebpf::Program& program, const Plan& plan, Diagnostic defect) {
  defect.message = fmt::format("{}: {}", defect.rule, defect.message);
  const DefectSpec* spec = find_defect(defect.rule);
  if (plan.fix_defects && spec != nullptr && !spec->is_corrected())
    defect.message += fmt::format(" (not corrected: {})", spec->remedy);
  return to_error(program, defect).message;
}

// Of each rule the first place.
std::vector<std::string> waived_warnings(const ebpf::Program& program,
                                         const std::vector<Diagnostic>& waived) {
  std::vector<std::string> warnings;
  std::set<std::string> rules;
  for (const Diagnostic& refused : waived) {
    if (!rules.insert(refused.rule).second) continue;
    warnings.push_back("a card's driver refuses this: " + to_error(program, refused).message);
  }
  return warnings;
}

}  // namespace

std::vector<Diagnostic> find_all_defects(const Plan& plan, const Lowered& lowered,
                                         const firmware::Capability& capability) {
  std::vector<Diagnostic> found = find_defects(plan, lowered, capability);
  if (plan.fixes(Defect::kHiddenValues)) return found;
  for (Diagnostic& hidden : find_hidden_values(plan, lowered, capability)) {
    if (std::ranges::find(found, hidden) == found.end()) found.push_back(std::move(hidden));
  }
  return found;
}

base::Result<Target> parse_target(std::string_view text) {
  if (text == kPlannedTarget)
    return base::Error{base::ErrorCode::kUnsupported,
                       fmt::format("target {} is not built yet, known are {} and {}/PROFILE", text,
                                   kTargetName, kTargetName),
                       {}};
  const size_t slash = text.find('/');
  if (text.substr(0, slash) != kTargetName)
    return base::invalid_input(fmt::format("unknown target \"{}\", known are {} and {}/PROFILE",
                                           text, kTargetName, kTargetName));
  const std::string_view profile =
      slash == std::string_view::npos ? firmware::kDefaultProfile : text.substr(slash + 1);
  base::Result<firmware::Capability> capability = firmware::find_profile(profile);
  if (!capability) return capability.error();
  return Target{*capability, Codegen::kKernel};
}

base::Result<Compilation> compile_in_full(const ebpf::Program& program, const Target& target) {
  const std::vector<uint32_t> map_ids = number_used_maps(program);
  const firmware::MapLimits& limits = target.capability.maps;
  std::vector<Diagnostic> waived = map_limit_refusals(program, map_ids, limits);
  if (!waived.empty()) {
    const std::vector<Diagnostic> refused =
        target.relaxed ? map_limit_refusals(program, map_ids, limits, MapRules::kRelaxed) : waived;
    if (!refused.empty()) return to_error(program, refused.front());
  }
  base::Result<ProgramFacts> facts =
      verify_for_card(program, target.capability, {target.fix_defects, target.relaxed});
  if (!facts) return facts.error();
  std::ranges::move(waived, std::back_inserter(facts->waived));
  return translate(program, target, std::move(*facts), map_ids);
}

base::Result<Compilation> translate(const ebpf::Program& program, const Target& target,
                                    ProgramFacts facts, const std::vector<uint32_t>& map_ids) {
  const firmware::Capability& capability = target.capability;
  std::optional<Diagnostic> still_hidden;
  if (facts.fix_defects) still_hidden = reveal_hidden_values(program, capability, facts);

  Plan plan = make_plan(program, facts);
  plan.map_ids = map_ids;
  run_passes(plan);
  base::Result<Lowered> lowered = lower(plan, capability);
  if (!lowered) return lowered.error();

  std::vector<Diagnostic> defects = find_all_defects(plan, *lowered, capability);
  if (still_hidden) defects.push_back(std::move(*still_hidden));
  std::vector<std::string> warnings = waived_warnings(program, facts.waived);
  for (const Diagnostic& defect : defects) warnings.push_back(warning_of(program, plan, defect));
  std::vector<WordOrigin> origins = std::move(lowered->origins);
  firmware::Image image = make_image(program, target, facts, map_ids, std::move(*lowered));
  image.warnings = std::move(warnings);
  return Compilation{std::move(image), std::move(plan), std::move(origins)};
}

base::Result<firmware::Image> compile(const ebpf::Program& program, const Target& target) {
  base::Result<Compilation> compiled = compile_in_full(program, target);
  if (!compiled) return compiled.error();
  return std::move(compiled->image);
}

}  // namespace offload
