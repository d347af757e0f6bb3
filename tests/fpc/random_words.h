// Random microcode: words with semantics and the states they start from, for tests of engines.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>
#include <vector>

#include "fpc/core.h"

namespace fpc::test {

// A word without ECC that has semantics and random fields, every format as likely as the next. Most are tame enough for a
// program of `program_words` to go on behind them; no form is left out.
Word random_word(unsigned program_words, std::mt19937_64& random);

// A program that keeps going: mostly words that compute, with branches forward, multiplications, index registers, memory
// commands and now and then anything at all. ECC included.
std::vector<Word> random_program(unsigned words, std::mt19937_64& random);

// Registers, index registers and program counters of all contexts.
void randomize(Core& core, unsigned program_words, std::mt19937_64& random);

}  // namespace fpc::test
