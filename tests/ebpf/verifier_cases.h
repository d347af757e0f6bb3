// Handcrafted programs with what the verifier must say of them: tests/data/verifier/cases.txt.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "offload-compiler/ebpf/program.h"

namespace ebpf_test {

struct VerifierCase {
  std::string title;
  ebpf::Program program;
  bool accept = false;
  std::string refusal;         // "insn N: ..." begins so
  std::string kernel_differs;  // why the running kernel answers otherwise
};

// Malformed files fail the running test.
std::vector<VerifierCase> read_verifier_cases();

}  // namespace ebpf_test
