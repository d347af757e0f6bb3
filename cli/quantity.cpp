// Parsing of durations.
// SPDX-License-Identifier: Apache-2.0
#include "cli/quantity.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <string_view>
#include <utility>

namespace cli {

base::Result<uint64_t> parse_duration_ps(const std::string& text) {
  static constexpr std::array<std::pair<std::string_view, double>, 4> kUnits = {
      {{"ns", 1e3}, {"us", 1e6}, {"ms", 1e9}, {"s", 1e12}}};
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
  if (error == std::errc{}) {
    for (const auto& [name, picoseconds] : kUnits) {
      if (unit != name) continue;
      if (!(number > 0) || number * picoseconds > kMaxDurationSeconds * 1e12) {
        return base::out_of_range(
            fmt::format("duration {}: more than 0 and at most {} s of simulated time is allowed",
                        text, kMaxDurationSeconds));
      }
      return static_cast<uint64_t>(number * picoseconds);
    }
  }
  return base::invalid_input(fmt::format(
      "duration \"{}\": expected a number and ns, us, ms or s, for instance 10ms", text));
}

}  // namespace cli
