// Uses of a map value's word: their names, as files spell them, and which of them go together.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "fpc/firmware/image.h"

namespace firmware {

constexpr std::array<std::string_view, 4> kWordUseNames = {"unused", "read", "write", "atomic"};

constexpr std::string_view to_string(WordUse use) {
  return kWordUseNames[static_cast<size_t>(use)];
}

// Counters lie in the memory unit's order, everything else in the host's.
constexpr bool conflicts(WordUse one, WordUse other) {
  if (one == WordUse::kUnused || other == WordUse::kUnused) return false;
  return (one == WordUse::kAtomic) != (other == WordUse::kAtomic);
}

}  // namespace firmware
