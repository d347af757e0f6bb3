// Names of the built-in configurations and the printable form of a configuration.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/config.h"

#include <fmt/format.h>

#include "nic-model/builtin_configs.h"

namespace nic {

const char* to_string(Firmware firmware) {
  return firmware == Firmware::kStock ? "stock" : "stripped";
}

std::vector<std::string> config_names() {
  std::vector<std::string> names;
  for (const BuiltinConfig& config : builtin_configs()) names.emplace_back(config.name);
  return names;
}

std::vector<Parameter> describe(const Config& config) {
  const auto source_of = [&config](const char* key) {
    const auto found = config.sources.find(key);
    return found == config.sources.end() ? std::string() : found->second;
  };
  std::vector<Parameter> rows;
  rows.push_back({"firmware", to_string(config.firmware), "profile", source_of("firmware"),
                  "which of the datapath costs applies", "stock, stripped"});
#define NIC_PARAMETER(key, field, unit, scale, min, max, meaning)                                  \
  rows.push_back({#key, fmt::format("{:.10g}", static_cast<double>(config.field) / (scale)), unit, \
                  source_of(#key), meaning, fmt::format("{}..{}", min, max)});
#include "nic-model/parameters.def"
#undef NIC_PARAMETER
  return rows;
}

}  // namespace nic
