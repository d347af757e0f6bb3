// The options --target, --fix-defects and --strict.
// SPDX-License-Identifier: Apache-2.0
#include "cli/target.h"

#include <CLI/CLI.hpp>

namespace cli {

void add_target_options(CLI::App& command, TargetOptions& options) {
  command
      .add_option("--target", options.name, "nfp or nfp/PROFILE; profiles: public, shipped, full")
      ->capture_default_str();
  command.add_flag("--fix-defects", options.fix_defects,
                   "correct words where those of the driver are known to be wrong (see millrace "
                   "check); a card runs the driver's");
}

void add_strict_option(CLI::App& command, TargetOptions& options) {
  options.strict = false;
  command.add_flag("--strict", options.strict,
                   "refuse all that a card's driver refuses, global variables among it");
}

base::Result<offload::Target> find_target(const TargetOptions& options) {
  base::Result<offload::Target> target = offload::parse_target(options.name);
  if (!target) return target;
  target->fix_defects = options.fix_defects;
  target->relaxed = !options.strict;
  return target;
}

}  // namespace cli
