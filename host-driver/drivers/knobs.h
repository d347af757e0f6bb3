// Switches and numbers of a simulated driver that a user may turn while it runs.
// SPDX-License-Identifier: Apache-2.0
//
//   constexpr KnobSpec kSpecs[] = {{"bpf_map_accept", KnobKind::kSwitch, 1}};
//   Knobs knobs(kSpecs);
//   knobs.write("bpf_map_accept", "N");
//   if (knobs.value(0) == 0) return -EOPNOTSUPP;
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace host {

enum class KnobKind : uint8_t { kSwitch, kNumber };

struct KnobSpec {
  const char* name;
  KnobKind kind;
  uint32_t initial;
};

// Errors of a driver's knobs, which all say it in the same words.
base::Error no_such_knob(std::string_view name, const std::vector<std::string_view>& names);
base::Result<uint32_t> parse_knob(std::string_view name, KnobKind kind, std::string_view value);

// Any thread may read and write.
class Knobs {
 public:
  explicit Knobs(std::span<const KnobSpec> specs);

  uint32_t value(size_t index) const { return values_[index]; }
  std::span<const KnobSpec> specs() const { return specs_; }

  // A switch reads Y or N. Error: lists the names that exist.
  base::Result<std::string> read(std::string_view name) const;
  // A switch takes Y, N, y, n, 1, 0; a number 0 to 4294967295.
  base::Result<void> write(std::string_view name, std::string_view value);

 private:
  base::Result<size_t> find(std::string_view name) const;

  std::span<const KnobSpec> specs_;
  std::vector<std::atomic<uint32_t>> values_;
};

}  // namespace host
