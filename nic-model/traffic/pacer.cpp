// Rates in words, and packet times that follow them.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/traffic/pacer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace nic {
namespace {

constexpr double kFastest = 1e15;

struct Unit {
  std::string_view name;
  Rate::Kind kind;
  double scale;
};
constexpr Unit kUnits[] = {
    {"pps", Rate::Kind::kPackets, 1},    {"kpps", Rate::Kind::kPackets, 1e3},
    {"Mpps", Rate::Kind::kPackets, 1e6}, {"Gpps", Rate::Kind::kPackets, 1e9},
    {"bps", Rate::Kind::kBits, 1},       {"kbps", Rate::Kind::kBits, 1e3},
    {"Mbps", Rate::Kind::kBits, 1e6},    {"Gbps", Rate::Kind::kBits, 1e9},
    {"Tbps", Rate::Kind::kBits, 1e12},
};

}  // namespace

base::Result<Rate> parse_rate(std::string_view text) {
  if (text == "line") return Rate{};
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  const std::string_view unit(rest, static_cast<size_t>(end - rest));
  const auto found = std::find_if(std::begin(kUnits), std::end(kUnits),
                                  [&](const Unit& candidate) { return candidate.name == unit; });
  if (error != std::errc() || found == std::end(kUnits)) {
    return base::invalid_input(fmt::format(
        "rate is '{}', expected line, or a number with pps, kpps, Mpps, Gpps, bps, kbps, Mbps, "
        "Gbps or Tbps",
        text));
  }
  const double per_second = std::round(number * found->scale);
  if (!(per_second >= 1 && per_second <= kFastest)) {
    return base::out_of_range(
        fmt::format("rate is '{}', allowed is 1 to {:g} a second", text, kFastest));
  }
  return Rate{found->kind, static_cast<uint64_t>(per_second)};
}

base::Result<Pacer> Pacer::create(const Rate& rate, const LineRate& line) {
  if (rate.kind != Rate::Kind::kLine) {
    return Pacer(rate.kind, {RateClock(rate.per_second)}, line.ports);
  }
  if (line.port_bps != 0) {
    return Pacer(rate.kind, std::vector<RateClock>(line.ports, RateClock(line.port_bps)),
                 line.ports);
  }
  if (line.fallback_pps < 1) {
    return base::invalid_input(
        "rate is 'line', but the ports have no line rate; name a rate such as rate=20Mpps");
  }
  return Pacer(Rate::Kind::kPackets, {RateClock(static_cast<uint64_t>(line.fallback_pps))},
               line.ports);
}

[[gnu::hot]] Pacer::Slot Pacer::next(uint64_t frame_bytes) {
  if (kind_ == Rate::Kind::kLine) {
    const auto earliest =
        std::min_element(clocks_.begin(), clocks_.end(),
                         [](const auto& a, const auto& b) { return a.now_ps() < b.now_ps(); });
    const Slot slot{earliest->now_ps(), static_cast<uint16_t>(earliest - clocks_.begin())};
    earliest->advance(wire_bits(frame_bytes));
    return slot;
  }
  const Slot slot{clocks_.front().now_ps(), static_cast<uint16_t>(next_port_)};
  next_port_ = (next_port_ + 1) % ports_;
  clocks_.front().advance(kind_ == Rate::Kind::kPackets ? 1 : frame_bytes * 8);
  return slot;
}

}  // namespace nic
