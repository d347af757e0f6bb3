// Durations as people write them on a command line.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace cli {

// "10ms", "1.5us", "2s", "800ns": picoseconds. Error: names what was found and the units; above
// kMaxDurationSeconds.
constexpr double kMaxDurationSeconds = 3600;
base::Result<uint64_t> parse_duration_ps(const std::string& text);

}  // namespace cli
