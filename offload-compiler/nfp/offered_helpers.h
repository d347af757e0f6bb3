// Which helpers a firmware offers to programs: the helpers that the card's driver knows, and the capability behind each.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "fpc/firmware/capability.h"

namespace offload {

struct CardHelper {
  int32_t id;  // BPF_FUNC_*
  bool (*offered)(const firmware::Capability& capability);
};

// All that the driver knows, by ascending id.
std::span<const CardHelper> card_helpers();

// False for helpers that no card has.
bool offers_helper(const firmware::Capability& capability, int32_t id);

}  // namespace offload
