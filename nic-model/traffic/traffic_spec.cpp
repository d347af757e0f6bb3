// Parses the generator's specification.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/traffic/traffic_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string_view>
#include <vector>

namespace nic {
namespace {

using base::Result;

template <typename T>
bool parse_number(std::string_view text, T& number) {
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && rest == end && !text.empty();
}

Result<void> parse_size(std::string_view text, TrafficSpec& spec) {
  spec.imix = text == "imix";
  if (spec.imix) return {};
  const size_t dots = text.find("..");
  const std::string_view low = text.substr(0, dots);
  const std::string_view high = dots == std::string_view::npos ? low : text.substr(dots + 2);
  const bool numbers = parse_number(low, spec.size_min) && parse_number(high, spec.size_max);
  if (!numbers || spec.size_min < kSmallestFrame || spec.size_max > kLargestFrame ||
      spec.size_min > spec.size_max) {
    return base::invalid_input(
        fmt::format("size is '{}', expected imix, or a length with FCS or a range of lengths "
                    "within {}..{}",
                    text, kSmallestFrame, kLargestFrame));
  }
  return {};
}

Result<void> parse_flows(std::string_view text, TrafficSpec& spec) {
  if (!parse_number(text, spec.flows) || spec.flows < 1 || spec.flows > kMostFlows) {
    return base::out_of_range(fmt::format("flows is '{}', allowed is 1..{}", text, kMostFlows));
  }
  return {};
}

Result<void> parse_zipf(std::string_view text, TrafficSpec& spec) {
  if (!parse_number(text, spec.zipf) || !(spec.zipf >= 0 && spec.zipf <= kSteepestZipf)) {
    return base::out_of_range(fmt::format("zipf is '{}', allowed is 0..{}", text, kSteepestZipf));
  }
  return {};
}

Result<void> parse_protocol(std::string_view text, TrafficSpec& spec) {
  constexpr std::pair<std::string_view, Protocol> kProtocols[] = {
      {"udp", Protocol::kUdp}, {"tcp", Protocol::kTcp}, {"mix", Protocol::kMix}};
  for (const auto& [name, protocol] : kProtocols) {
    if (text != name) continue;
    spec.protocol = protocol;
    return {};
  }
  return base::invalid_input(fmt::format("proto is '{}', allowed are udp, tcp and mix", text));
}

Result<void> parse_rate_key(std::string_view text, TrafficSpec& spec) {
  Result<Rate> rate = parse_rate(text);
  if (!rate) return rate.error();
  spec.rate = *rate;
  return {};
}

struct Key {
  std::string_view name;
  Result<void> (*parse)(std::string_view, TrafficSpec&);
};
constexpr Key kKeys[] = {{"size", parse_size},
                         {"flows", parse_flows},
                         {"zipf", parse_zipf},
                         {"proto", parse_protocol},
                         {"rate", parse_rate_key}};

}  // namespace

Result<TrafficSpec> parse_traffic(const std::string& text) {
  TrafficSpec spec;
  std::string_view rest = text;
  std::vector<std::string_view> seen;
  while (!rest.empty()) {
    const size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view item = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    const size_t equals = item.find('=');
    const std::string_view name = item.substr(0, equals);
    const auto key = std::find_if(std::begin(kKeys), std::end(kKeys),
                                  [&](const Key& candidate) { return candidate.name == name; });
    if (key == std::end(kKeys) || equals == std::string_view::npos) {
      return base::invalid_input(
          fmt::format("traffic has '{}', expected KEY=VALUE with the keys size, flows, zipf, "
                      "proto and rate",
                      item));
    }
    if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
      return base::invalid_input(fmt::format("traffic names {} twice", name));
    }
    seen.push_back(name);
    if (auto parsed = key->parse(item.substr(equals + 1), spec); !parsed) return parsed.error();
  }
  return spec;
}

}  // namespace nic
