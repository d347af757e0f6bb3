// What a command that compiles is told of the card's side: the target, and whose mistakes its code has.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "offload-compiler/compiler.h"

namespace CLI {
class App;
}

namespace cli {

struct TargetOptions {
  std::string name = "nfp";
  bool fix_defects = false;
  bool strict = true;  // without what the driver refuses and we can do all the same
};

// --target and --fix-defects.
void add_target_options(CLI::App& command, TargetOptions& options);

// --strict; without it the target is relaxed.
void add_strict_option(CLI::App& command, TargetOptions& options);

base::Result<offload::Target> find_target(const TargetOptions& options);

}  // namespace cli
