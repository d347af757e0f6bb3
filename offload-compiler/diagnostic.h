// What is to be said of a program's offload at one place: a refusal in the driver's words, or a defect that it reaches.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"

namespace offload {

struct Diagnostic {
  enum class Severity : uint8_t { kRefusal, kDefect };

  Severity severity = Severity::kRefusal;
  std::string rule;  // stable name, e.g. "map_lookup.key_pointer" or "B2"
  base::ErrorCode code =
      base::ErrorCode::kUnsupported;  // refusals: the class of the driver's errno
  std::optional<uint32_t> insn;       // none: the program as a whole
  std::string message;                // the driver's own words, or the defect's effect
  bool operator==(const Diagnostic&) const = default;
};

}  // namespace offload
