// Reads a configuration: strict TOML in which every parameter has a value, a unit and a source.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <optional>
#include <sstream>

#include "nic-model/builtin_configs.h"
#include "nic-model/config.h"

namespace nic {
namespace {

using base::Error;
using base::Result;

constexpr unsigned kMaxBases = 8;  // a chain of `base` keys; longer is a loop
constexpr std::streamsize kMaxFileBytes = 1 << 20;

struct Row {  // a row of parameters.def
  const char* key;
  const char* unit;
  double min, max;
  bool whole;  // only integers
  void (*store)(Config&, double);
};

const std::vector<Row>& rows() {
  static const std::vector<Row> table = {
#define NIC_PARAMETER(key, field, unit, scale, min, max, meaning)                                \
  {#key,                                                                                         \
   unit,                                                                                         \
   min,                                                                                          \
   max,                                                                                          \
   std::is_integral_v<decltype(Config{}.field)> && (scale) == 1,                                 \
   [](Config& config, double value) {                                                            \
     using Field = decltype(config.field);                                                       \
     const double scaled = value * (scale);                                                      \
     config.field = static_cast<Field>(std::is_integral_v<Field> ? std::round(scaled) : scaled); \
   }},
#include "nic-model/parameters.def"
#undef NIC_PARAMETER
  };
  return table;
}

struct Text {  // a TOML text and the name under which messages speak of it
  std::string file, text;
  bool built_in = false;
};

Error error_at(const Text& text, const toml::source_region& region, std::string message,
               base::ErrorCode code = base::ErrorCode::kInvalidInput) {
  return {code, std::move(message), fmt::format("{}:{}", text.file, region.begin.line)};
}

const char* type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::boolean:
      return "a boolean";
    default:
      return "a date or time";
  }
}

Result<void> check_members(const Text& text, std::string_view key, const toml::table& table) {
  for (const auto& [member, node] : table) {
    const std::string_view name = member.str();
    if (name != "value" && name != "unit" && name != "source") {
      return error_at(
          text, node.source(),
          fmt::format("'{}' has the unknown member '{}', allowed are value, unit and source", key,
                      name));
    }
    if (name != "value" && !node.is_string()) {
      return error_at(
          text, node.source(),
          fmt::format("{} of '{}' is {}, expected a string", name, key, type_name(node)));
    }
  }
  return {};
}

// Checks the { value, unit, source } form and keeps the source; the value is the caller's.
Result<const toml::node*> read_entry(const Text& text, std::string_view key, const toml::node& node,
                                     std::string_view unit, Config& config) {
  const toml::table* table = node.as_table();
  if (table == nullptr) {
    return error_at(
        text, node.source(),
        fmt::format("'{}' is {}, expected {{ value = ..., unit = \"{}\", source = \"...\" }}", key,
                    type_name(node), unit));
  }
  if (auto checked = check_members(text, key, *table); !checked) return checked.error();
  const toml::node* value = table->get("value");
  if (value == nullptr) return error_at(text, node.source(), fmt::format("'{}' has no value", key));
  const auto found_unit = (*table)["unit"].value<std::string>();
  if (found_unit != std::string(unit)) {
    return error_at(text, node.source(),
                    fmt::format("unit of '{}' is '{}', expected '{}'", key,
                                found_unit.value_or("missing"), unit));
  }
  const auto source = (*table)["source"].value<std::string>();
  if (text.built_in && !source) {
    return error_at(text, node.source(), fmt::format("'{}' has no source", key));
  }
  config.sources[std::string(key)] =
      source.value_or(fmt::format("user: {}:{}", text.file, node.source().begin.line));
  return value;
}

Result<void> read_number(const Text& text, const Row& row, const toml::node& node, Config& config) {
  auto entry = read_entry(text, row.key, node, row.unit, config);
  if (!entry) return entry.error();
  const toml::node& value = **entry;
  if (!value.is_number() || (row.whole && !value.is_integer())) {
    return error_at(text, value.source(),
                    fmt::format("value of '{}' is {}, expected {}", row.key, type_name(value),
                                row.whole ? "an integer" : "a number"));
  }
  const double number = *value.value<double>();
  if (!(number >= row.min && number <= row.max)) {
    return error_at(text, value.source(),
                    fmt::format("value of '{}' is {} {}, allowed is {}..{}", row.key, number,
                                row.unit, row.min, row.max),
                    base::ErrorCode::kOutOfRange);
  }
  row.store(config, number);
  return {};
}

Result<void> read_firmware(const Text& text, const toml::node& node, Config& config) {
  auto entry = read_entry(text, "firmware", node, "profile", config);
  if (!entry) return entry.error();
  const toml::node& value = **entry;
  const auto name = value.value<std::string>();
  if (!name) {
    return error_at(text, value.source(),
                    fmt::format("value of 'firmware' is {}, expected a string", type_name(value)));
  }
  for (const Firmware firmware : {Firmware::kStock, Firmware::kStripped}) {
    if (*name == to_string(firmware)) {
      config.firmware = firmware;
      return {};
    }
  }
  return error_at(
      text, value.source(),
      fmt::format("value of 'firmware' is '{}', allowed are stock and stripped", *name));
}

Result<void> read_keys(const Text& text, const toml::table& table, Config& config) {
  for (const auto& [key, node] : table) {
    const std::string_view name = key.str();
    if (name == "base") continue;
    if (name == "firmware") {
      if (auto read = read_firmware(text, node, config); !read) return read;
      continue;
    }
    const auto row =
        std::find_if(rows().begin(), rows().end(), [&](const Row& r) { return name == r.key; });
    if (row == rows().end()) {
      return error_at(
          text, key.source(),
          fmt::format("unknown key '{}', `millrace nic show NAME` lists all keys", name));
    }
    if (auto read = read_number(text, *row, node, config); !read) return read;
  }
  return {};
}

// What no single key shows: missing keys, and keys that contradict each other.
Result<void> check_whole(const Text& text, const Config& config) {
  std::vector<std::string> missing;
  if (!config.sources.contains("firmware")) missing.emplace_back("firmware");
  for (const Row& row : rows()) {
    if (!config.sources.contains(row.key)) missing.emplace_back(row.key);
  }
  if (!missing.empty()) {
    return base::invalid_input(
        fmt::format("missing {}; name them or a `base` configuration", fmt::join(missing, ", ")),
        text.file);
  }
  if (config.workers > config.islands * config.fpcs_per_island) {
    return base::out_of_range(
        fmt::format("workers is {}, allowed are 1..{} (islands x fpcs_per_island)", config.workers,
                    config.islands * config.fpcs_per_island),
        text.file);
  }
  return {};
}

std::optional<Text> find_builtin(std::string_view name) {
  for (const BuiltinConfig& config : builtin_configs()) {
    if (config.name == name)
      return Text{fmt::format("{}.toml (built in)", name), std::string(config.text), true};
  }
  return std::nullopt;
}

std::string builtin_list() { return fmt::format("{}", fmt::join(config_names(), ", ")); }

Result<Text> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return base::invalid_input(
        fmt::format("no configuration or readable file has the name '{}'; built in are {}", path,
                    builtin_list()));
  }
  std::string text(static_cast<size_t>(kMaxFileBytes) + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || file.gcount() == 0) return base::io_error("is empty or cannot be read", path);
  if (file.gcount() > kMaxFileBytes) {
    return base::out_of_range(fmt::format("is longer than {} bytes", kMaxFileBytes), path);
  }
  text.resize(static_cast<size_t>(file.gcount()));
  return Text{path, std::move(text), false};
}

Result<Config> load(const Text& text, unsigned depth);

Result<Config> load_base(const Text& text, const toml::table& table, unsigned depth) {
  const toml::node* node = table.get("base");
  if (node == nullptr) return Config{};
  const auto name = node->value<std::string>();
  if (!name)
    return error_at(text, node->source(),
                    fmt::format("'base' is {}, expected a string", type_name(*node)));
  const std::optional<Text> found = find_builtin(*name);
  if (!found) {
    return error_at(text, node->source(),
                    fmt::format("'base' is '{}', built in are {}", *name, builtin_list()));
  }
  return load(*found, depth + 1);
}

Result<Config> load(const Text& text, unsigned depth) {
  if (depth > kMaxBases)
    return base::invalid_input(fmt::format("more than {} levels of 'base'", kMaxBases), text.file);
  toml::table table;
  try {
    table = toml::parse(text.text, text.file);
  } catch (const toml::parse_error& error) {
    return error_at(text, error.source(), std::string(error.description()));
  }
  Result<Config> config = load_base(text, table, depth);
  if (!config) return config;
  if (auto read = read_keys(text, table, *config); !read) return read.error();
  if (auto checked = check_whole(text, *config); !checked) return checked.error();
  return config;
}

}  // namespace

Result<Config> load_config(const std::string& name_or_path) {
  std::optional<Text> text = find_builtin(name_or_path);
  if (!text) {
    Result<Text> file = read_file(name_or_path);
    if (!file) return file.error();
    text = std::move(*file);
  }
  Result<Config> config = load(*text, 0);
  if (config) config->name = name_or_path;
  return config;
}

}  // namespace nic
