// Random calls of the map routines, one context at a time against a plain map, or many contexts interleaved at random.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "fpc/firmware/map_layout.h"

namespace map_checks {

// Every answer and the contents at the end are those of a plain map.
void compare_with_model(uint64_t seed, size_t calls);

struct Crowd {
  unsigned cores = 1;
  uint64_t seed = 1;
  size_t calls = 0;
  uint32_t limit = 1;  // entries of the map
  uint32_t keys = 1;
  uint32_t spare =
      firmware::layout::slack_entries;  // entries beyond the limit; fewer are reused sooner
  uint64_t stall_actions = 1000;        // as in the harness
};

// Whatever the order: a value that is read belongs to its key, successful insertions and removals of a key differ by what is
// in the map at the end, and its count is exact. With few spare entries insertions may run out of them.
void check_interleaved(const Crowd& crowd);

// Insertions that lose a race and atomic adds through looked-up addresses: the sums are exact.
void count_together(unsigned cores, size_t packets);

}  // namespace map_checks
