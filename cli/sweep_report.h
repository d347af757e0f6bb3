// The results of a sweep: a table for people, CSV and JSON for tools; rows in the order of the configurations.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/child_runs.h"

namespace cli {

struct SweepRun {
  std::vector<std::string> values;  // one of each axis
  Arguments arguments;
  ChildRun result;
};

struct Sweep {
  std::vector<std::string> axes;  // their names
  std::vector<SweepRun> runs;
};

std::string sweep_text(const Sweep& sweep);
std::string sweep_csv(const Sweep& sweep);
std::string sweep_json(const Sweep& sweep);

}  // namespace cli
