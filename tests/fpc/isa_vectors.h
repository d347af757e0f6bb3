// The words that the kernel's NFP JIT made, from tests/data.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "fpc/insn.h"

namespace fpc {

struct GoldenWord {
  std::string where;  // file:line
  Word raw = 0;       // before relocation
  Word img = 0;       // after relocation, with ECC
  std::string text;   // of img
};

// tests/data/nfp-golden.txt
std::vector<GoldenWord> golden_words();

struct JitWord {
  std::string where;
  Word word = 0;
};

// The words of all tests/data/kernel-jit files with this extension (".nfp" or ".rel").
std::vector<JitWord> jit_words(const std::string& extension);

}  // namespace fpc
