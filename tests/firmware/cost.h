// Cycles of a control store on one context without memory latency, commands spaced as the hardware spaces them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "fpc/firmware/link.h"
#include "fpc/memory.h"

namespace cost {

constexpr uint64_t kTakenBranchCycles = 3;

// hw-timing 2.1.1: cycles from one blocking command to the next at least.
constexpr uint64_t kSpacing32 = 16, kSpacing40 = 25;

struct Cost {
  uint64_t cycles = 0;  // with the waits of spacing
  uint64_t busy = 0;    // without
  uint64_t commands = 0;
};

// Between two packets of the same bytes, of which the second is measured from one request for a packet to the next.
Cost of_packet(const firmware::LinkedStore& store, fpc::ByteStore& memory,
               const std::vector<uint8_t>& bytes);

}  // namespace cost
