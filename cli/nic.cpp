// millrace nic: the configurations of the card and their parameters.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/json_text.h"
#include "cli/manual.h"
#include "cli/message.h"
#include "nic-model/config.h"

namespace cli {
namespace {

using base::Result;

int list() {
  for (const std::string& name : nic::config_names()) fmt::print("{}\n", name);
  return kDone;
}

int show(const std::string& name, const std::string& json) {
  Result<nic::Config> config = nic::load_config(name);
  if (!config) return fail(config.error());
  const std::vector<nic::Parameter> rows = nic::describe(*config);
  if (!json.empty()) {
    nlohmann::ordered_json parameters = nlohmann::ordered_json::array();
    for (const nic::Parameter& row : rows) {
      parameters.push_back(
          {{"key", row.key}, {"value", row.value}, {"unit", row.unit}, {"source", row.source}});
    }
    const nlohmann::ordered_json root = {
        {"schema", "millrace.nic/1"}, {"name", config->name}, {"parameters", parameters}};
    Result<void> written = write_file(json, json_text(root));
    return written ? kDone : fail(written.error());
  }
  size_t key = 0, value = 0, unit = 0;
  for (const nic::Parameter& row : rows) {
    key = std::max(key, row.key.size());
    value = std::max(value, row.value.size());
    unit = std::max(unit, row.unit.size());
  }
  for (const nic::Parameter& row : rows)
    fmt::print("{:<{}}  {:>{}} {:<{}}  {}\n", row.key, key, row.value, value, row.unit, unit,
               row.source);
  return kDone;
}

}  // namespace

void add_nic(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "nic", "list the card configurations, show one with unit and source of every parameter");
  command->require_subcommand(1);
  add_manual(*command);
  CLI::App* all = command->add_subcommand("list", "print the names of the built-in configurations");
  add_manual(*all);
  all->callback([&action] { action = list; });
  auto name = std::make_shared<std::string>();
  auto json = std::make_shared<std::string>();
  CLI::App* one = command->add_subcommand("show", "print every parameter of one configuration");
  add_manual(*one);
  one->add_option("NAME", *name, "built-in name, or a TOML file")->required();
  one->add_option("--json", *json, "write JSON here; - is standard output");
  one->callback([name, json, &action] { action = [name, json] { return show(*name, *json); }; });
}

}  // namespace cli
