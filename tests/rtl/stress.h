// Runs programs on interpreter and RTL, and makes hostile ones.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <random>
#include <vector>

#include "rtl/lockstep.h"
#include "tests/rtl/coverage.h"
#include "tests/rtl/directed.h"

namespace rtl::test {

// Runs `words` on both from random registers and addresses, for at most `runs` boundaries. Words that both have executed
// alike; stops at a difference and when no context is left.
uint64_t run_both(Lockstep& both, const std::vector<fpc::Word>& words, uint64_t seed, unsigned runs,
                  uint32_t budget);

// The same from the program's own addresses until every context has ended.
uint64_t run_both(Lockstep& both, const Program& program, uint64_t seed,
                  const std::function<void(const fpc::Fault&)>& on_fault = {});

// Walks through all bins that are defined, then, `rounds` times at most, through those that were not hit, each time with other
// random choices. Words executed alike; stops at a difference.
uint64_t cover(Lockstep& both, Coverage& coverage, unsigned rounds);

// About 400 words that keep going: half of the programs are random_program(), the others stanzas of random bins.
std::vector<fpc::Word> mixed_program(std::mt19937_64& random);

// A mixed program in which every sixteenth word may be any other: one with semantics, one with one or two wrong bits, with
// bits that no word has, or noise.
std::vector<fpc::Word> spoiled_program(std::mt19937_64& random);

}  // namespace rtl::test
