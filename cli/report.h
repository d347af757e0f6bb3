// The two forms of a run's result: text for people, JSON with stable names for tools.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nic-model/nic.h"

namespace cli {

struct RunFacts {  // what the report says besides the card's own figures
  std::string nic, program, target;
  std::string asked_engine, engine;  // what was asked for, and what this host runs
  uint64_t seed = 0;
  unsigned fpcs = 0;
  unsigned words = 0, routine_words = 0;
  double wall_seconds = 0, cpu_seconds = 0;  // of the run alone
  std::vector<std::string> warnings;
  std::string map_sync;  // a JSON object; empty: no map operations were measured
};

std::string text_report(const nic::Report& report, const RunFacts& facts);
std::string json_report(const nic::Report& report, const RunFacts& facts);

}  // namespace cli
