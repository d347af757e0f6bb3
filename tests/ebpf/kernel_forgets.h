// What the running kernel knows less of than Linux 6.1, which is our measure: programs are given what it forgets.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "offload-compiler/ebpf/program.h"

namespace ebpf_test {

// 6.1 knows that a 32-bit quotient or remainder has no upper half; newer kernels have forgotten it and keep nothing. The result
// says it again after each, by `wN = wN`. A kernel that refuses the program and accepts this one has no other reason.
ebpf::Program with_upper_halves_cleared(const ebpf::Program& program);

}  // namespace ebpf_test
