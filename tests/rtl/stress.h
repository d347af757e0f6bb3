// Programs that go everywhere: mostly ones that keep going, with words that may not, and bits that flip.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>
#include <string>
#include <vector>

#include "rtl/lockstep.h"

namespace rtl::test {

// 200 words, ECC included: most of random_program(), the rest any word with semantics, words with one or two wrong bits,
// words with bits that no word has, noise.
std::vector<fpc::Word> stress_program(std::mt19937_64& random);

// Runs `words` on both from random registers, for at most `runs` boundaries. Words that both have executed alike; stops at a
// difference.
uint64_t run_both(Lockstep& both, const std::vector<fpc::Word>& words, uint64_t seed, unsigned runs,
                  uint32_t budget);

}  // namespace rtl::test
