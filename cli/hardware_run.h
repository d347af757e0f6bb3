// millrace run --dev: a program offloaded to a real card for a while, under whatever traffic arrives there.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cli/program_source.h"

namespace cli {

struct HardwareRunOptions {
  std::string dev;  // network interface
  ProgramSource source;
  std::string duration;              // empty: until SIGINT or SIGTERM
  std::string maps, maps_out, json;  // as without --dev
};

// The exit code: 1 when the interface cannot offload.
int run_on_hardware(const HardwareRunOptions& options);

}  // namespace cli
