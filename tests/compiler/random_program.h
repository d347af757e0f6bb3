// Random XDP programs that verifier and card accept, and whose lowering has no known defect: what they compute ends up in the packet.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "offload-compiler/ebpf/program.h"

namespace test {

// Frames that the program works on have at least this many bytes; shorter ones pass untouched.
constexpr uint32_t kRandomProgramBytes = 128;

// The same program for the same seed. Uses one array map, whose values it only counts in.
ebpf::Program random_card_program(uint64_t seed);

}  // namespace test
