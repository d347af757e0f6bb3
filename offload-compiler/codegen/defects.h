// The known defects of the reference lowering as data, and which of them a compiled program reaches.
// SPDX-License-Identifier: Apache-2.0
//
//   std::vector<Diagnostic> defects = find_defects(plan, lowered, capability);
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "fpc/firmware/capability.h"
#include "offload-compiler/codegen/lower.h"
#include "offload-compiler/diagnostic.h"
#include "offload-compiler/passes/plan.h"

namespace offload {

enum class Defect : uint8_t {
#define OFFLOAD_DEFECT(name, ...) name,
#include "offload-compiler/codegen/defects.def"
#undef OFFLOAD_DEFECT
};

struct DefectSpec {
  enum class Shows : uint8_t { kWarns, kRefuses, kNever };
  enum class Cure : uint8_t { kCorrected, kStays };

  const char* rule;  // stable name
  Shows shows;
  Cure cure;
  const char* effect;
};

inline constexpr DefectSpec kDefectSpecs[] = {
#define OFFLOAD_DEFECT(name, rule, shows, cure, effect) \
  {rule, DefectSpec::Shows::shows, DefectSpec::Cure::cure, effect},
#include "offload-compiler/codegen/defects.def"
#undef OFFLOAD_DEFECT
};

constexpr const DefectSpec& spec_of(Defect defect) {
  return kDefectSpecs[static_cast<size_t>(defect)];
}

Diagnostic diagnostic_of(Defect defect, uint32_t insn);

// One for each instruction and defect, in program order, without those that the plan's lowering corrected. `plan` is what
// `lowered` was made of.
std::vector<Diagnostic> find_defects(const Plan& plan, const Lowered& lowered,
                                     const firmware::Capability& capability);

}  // namespace offload
