// --engine: how the cores of a run execute.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "fpc/engine.h"

namespace cli {

struct EngineOption {
  std::string asked, name;  // what really executes: "interp", "jit", "rtl:2"
  fpc::EngineChoice choice;
};

extern const char* const kEngineHelp;

// "jit", "interp", "rtl" or "rtl:N": N RTL cores (1) among `workers`, the others translate.
base::Result<EngineOption> parse_engine(const std::string& text, unsigned workers);

}  // namespace cli
