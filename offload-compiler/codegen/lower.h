// Lowering of a plan to FPC words as the kernel's driver for these cards does it, word for word.
// SPDX-License-Identifier: Apache-2.0
//
//   Result<Lowered> lowered = lower(plan, capability);
//
// The recipes and their order are those of nfp-jit-support 9 and 10; what is wrong in them stays
// wrong (defects.h tells).
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "fpc/firmware/capability.h"
#include "fpc/insn.h"
#include "offload-compiler/codegen/origin.h"
#include "offload-compiler/passes/plan.h"

namespace offload {

struct Lowered {
  std::vector<fpc::Word> words;     // relocation types in bits 63:56, no ECC
  std::vector<WordOrigin> origins;  // of each word
  uint32_t needed_words =
      0;  // words.size(), or what the program would need had nothing been refused
  std::vector<uint32_t> first_word;  // of each eBPF instruction
  uint32_t last_word = 0;            // of the program proper; the exits follow
  uint32_t out = 0, abort = 0;       // exits
  uint32_t push = 0, pop = 0;        // subroutines that save registers; 0: none
};

// Error: the first thing that the driver's translation refuses, the passes' refusals before all others. With `refusals` all of
// them go there instead, and what comes back has no words when there was one.
base::Result<Lowered> lower(const Plan& plan, const firmware::Capability& capability,
                            std::vector<Diagnostic>* refusals = nullptr);

}  // namespace offload
