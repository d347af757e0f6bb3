// Programs built for given bins: every row of isa.def with every operand, flag, branch, command and fault that it has.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <functional>
#include <random>
#include <set>
#include <span>
#include <vector>

#include "fpc/core.h"
#include "tests/rtl/bins.h"
#include "tests/rtl/stanza.h"

namespace rtl::test {

struct Program {
  std::vector<fpc::Word> words;               // ECC included
  std::array<uint16_t, fpc::kSlots> start{};  // of each context
};

// Words that most likely hit the bin. After those of a fatal one the context is gone.
void append_stanza(const Bin& bin, std::vector<fpc::Word>& words, std::mt19937_64& random);

// Stanzas for all of the bins, a few in each program: all contexts run through those that are not fatal, each context meets
// one that is. false from `run` ends the walk.
void walk(const std::set<Bin>& bins, std::mt19937_64& random,
          const std::function<bool(const Program&)>& run);

// For directed_faults.cpp.
void append_fatal_stanza(const Bin& bin, Stanza& stanza);

}  // namespace rtl::test
