// Entry points of the fuzz targets, called by libFuzzer and by the replay of the corpora.
// SPDX-License-Identifier: Apache-2.0
//
// A target gives one input to the project and aborts when an answer contradicts itself. What it
// returns from is fine: most inputs are refused.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace fuzz {

using Input = std::span<const uint8_t>;

#define FUZZ_TARGET(name) void name(Input input);
#include "tests/libfuzzer/targets.def"
#undef FUZZ_TARGET

inline std::string text_of(Input input) { return {input.begin(), input.end()}; }

// Aborts with `what` unless `holds`.
void require(bool holds, const std::string& what);

}  // namespace fuzz
