// Every instruction with results worked out by hand, for interpreter and kernel.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "offload-compiler/ebpf/decode.h"
#include "offload-compiler/ebpf/program.h"

namespace ebpf_test {

// State around one instruction: r0, r1, r2 and the 8 stack bytes at r10 - 8.
struct State {
  uint64_t r0 = 0, r1 = 0, r2 = 0, memory = 0;
  bool operator==(const State&) const = default;
};

struct SemanticsCase {
  ebpf::Op op;
  std::string name;
  std::vector<ebpf::Insn> insns;  // one, or the two slots of a wide load
  State before, after;  // a jump that is taken leaves r0, one that is not taken sets it to 1
};

std::vector<SemanticsCase> semantics_cases();

// Sets `before` up, executes the case and stores r0, r1, r2 and memory in the packet's first 32
// bytes.
ebpf::Program program_of(const SemanticsCase& c);

}  // namespace ebpf_test
