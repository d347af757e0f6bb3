// What a kernel does with code that verification has proven dead: branches are decided, dead instructions and empty jumps removed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "offload-compiler/ebpf/verifier.h"

namespace host {

// Told before each change; indices are those of the moment.
struct DeadCodeListener {
  std::function<void(uint32_t off, const ebpf::Insn& insn)> replace;
  std::function<void(uint32_t off, uint32_t count)> remove;
  std::vector<uint32_t>* orig_idx =
      nullptr;  // by current index, the instruction's place when it was loaded
};

// The program's instructions after the three steps, in the kernel's order.
std::vector<ebpf::Insn> without_dead_code(const ebpf::VerifiedProgram& verified,
                                          const DeadCodeListener& listener);

}  // namespace host
