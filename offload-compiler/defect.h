// The known defects of the reference lowering as data.
// SPDX-License-Identifier: Apache-2.0
//
//   const DefectSpec* defect = find_defect("B2");   // or the rule of a refusal, "insn.store_immediate"
//   if (defect != nullptr && defect->is_corrected()) ...
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace offload {

enum class Defect : uint8_t {
#define OFFLOAD_DEFECT(enumerator, ...) enumerator,
#include "offload-compiler/defects.def"
#undef OFFLOAD_DEFECT
};

struct DefectSpec {
  enum class Shows : uint8_t { kWarns, kRefuses, kNever };
  enum class Cure : uint8_t { kCorrected, kStays };

  const char* rule;  // stable name
  Shows shows;
  const char* refusal;
  Cure cure;
  const char* effect;
  const char* remedy;

  constexpr bool is_corrected() const { return cure == Cure::kCorrected; }
};

inline constexpr DefectSpec kDefectSpecs[] = {
#define OFFLOAD_DEFECT(enumerator, rule, shows, refusal, cure, effect, remedy) \
  {rule, DefectSpec::Shows::shows, refusal, DefectSpec::Cure::cure, effect, remedy},
#include "offload-compiler/defects.def"
#undef OFFLOAD_DEFECT
};

constexpr const DefectSpec& spec_of(Defect defect) {
  return kDefectSpecs[static_cast<size_t>(defect)];
}

// The defect of that stable name, or behind the refusal of that name; else nullptr.
constexpr const DefectSpec* find_defect(std::string_view rule) {
  for (const DefectSpec& spec : kDefectSpecs) {
    if (!rule.empty() && (rule == spec.rule || rule == spec.refusal)) return &spec;
  }
  return nullptr;
}

}  // namespace offload
