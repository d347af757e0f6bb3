// Texts of knobs to values and back.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/drivers/knobs.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace host {

namespace {

std::optional<uint32_t> parse(KnobKind kind, std::string_view text) {
  if (kind == KnobKind::kSwitch) {
    if (text == "Y" || text == "y" || text == "1") return 1;
    if (text == "N" || text == "n" || text == "0") return 0;
    return std::nullopt;
  }
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  return is_whole ? std::optional(number) : std::nullopt;
}

}  // namespace

base::Error no_such_knob(std::string_view name, const std::vector<std::string_view>& names) {
  return base::invalid_input(
      fmt::format("no knob is called \"{}\", there are {}", name, fmt::join(names, ", ")));
}

base::Result<uint32_t> parse_knob(std::string_view name, KnobKind kind, std::string_view value) {
  const std::optional<uint32_t> wanted = parse(kind, value);
  if (wanted) return *wanted;
  return base::invalid_input(
      fmt::format("knob {} is given \"{}\", allowed are {}", name, value,
                  kind == KnobKind::kSwitch ? "Y and N" : "0 to 4294967295"));
}

Knobs::Knobs(std::span<const KnobSpec> specs) : specs_(specs), values_(specs.size()) {
  for (size_t i = 0; i < specs.size(); ++i) values_[i] = specs[i].initial;
}

base::Result<size_t> Knobs::find(std::string_view name) const {
  std::vector<std::string_view> names;
  for (size_t i = 0; i < specs_.size(); ++i) {
    if (name == specs_[i].name) return i;
    names.emplace_back(specs_[i].name);
  }
  return no_such_knob(name, names);
}

base::Result<std::string> Knobs::read(std::string_view name) const {
  const base::Result<size_t> index = find(name);
  if (!index) return index.error();
  const uint32_t found = value(*index);
  if (specs_[*index].kind == KnobKind::kNumber) return fmt::format("{}", found);
  return std::string(found != 0 ? "Y" : "N");
}

base::Result<void> Knobs::write(std::string_view name, std::string_view value) {
  const base::Result<size_t> index = find(name);
  if (!index) return index.error();
  const base::Result<uint32_t> wanted = parse_knob(name, specs_[*index].kind, value);
  if (!wanted) return wanted.error();
  values_[*index] = *wanted;
  return {};
}

}  // namespace host
