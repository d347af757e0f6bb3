// What the running kernel knows less of than our verifier: programs are given what it forgets, in other words.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "offload-compiler/ebpf/program.h"

namespace ebpf_test {

// A kernel that refuses a program and accepts the same program told again has no other reason than this one.
struct Forgotten {
  const char* fact;
  // Does what the program does, and each fact that the kernel forgets is said by an instruction behind the one that forgot it.
  ebpf::Program (*told_again)(const ebpf::Program& program);
};

// One row for each row of "Differences from newer kernels" in docs/verifier.md.
std::span<const Forgotten> what_the_kernel_forgets();

}  // namespace ebpf_test
