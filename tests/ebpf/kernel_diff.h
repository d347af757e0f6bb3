// Compares the reference interpreter with the running kernel on generated packets.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "offload-compiler/ebpf/program.h"

namespace ebpf_test {

// Runs `packets` packets on both, with maps that persist, and fails at the first difference in verdict or packet bytes, or
// in the maps afterwards.
void compare_with_kernel(const ebpf::Program& program, int packets, uint64_t seed);

// A vector program that the kernel cannot serve as an oracle for: why; otherwise empty.
std::string no_kernel_oracle(const std::string& name);

}  // namespace ebpf_test
