// What is known at each instruction of a classic program: a few passes over code that only flows forward.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "offload-compiler/ebpf/classic/access.h"

namespace classic {

// Proven or needed bytes of the packet, from its start and from byte X on.
struct Reach {
  uint32_t frame = 0, index = 0;
};

// Of Point::need: no packet is accepted from here on.
constexpr uint32_t kAlwaysRejects = UINT32_MAX;

// The state before an instruction.
struct Point {
  bool reachable = false;
  uint32_t a_max = 0, x_max = 0;  // upper bounds, kUnbounded when not small
  bool linked = false;            // A and X may be copies of one value, as eBPF verifiers know
  uint8_t spoilt = kNone;         // Registers that eBPF verifiers may believe to have no value
  bool spoilt_scratch = false;    // the same of what was stored
  uint8_t live = kNone;           // Registers that are read before they are written
  Reach known;                    // what checks on every path to here have proven
  Reach need;                     // what every accepted packet has, seen from here
  Access access;
};

// Checks merge because a check may stand earlier than its load: a packet that is shorter than `need` is rejected anyway.
// `program` has passed check().
std::vector<Point> analyse(const Program& program, Dialect dialect);

// The bytes to prove at an instruction whose access is not proven yet: its own and whatever is needed later.
uint32_t bytes_to_prove(const Access& access, uint32_t need);

}  // namespace classic
