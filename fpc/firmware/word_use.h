// Names of the uses of a map value's word, as files spell them.
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

}  // namespace firmware
