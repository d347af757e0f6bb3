// Random calls of the map routines, one context at a time against a plain map, or many contexts interleaved at random.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace map_checks {

// Every answer and the contents at the end are those of a plain map.
void compare_with_model(uint64_t seed, size_t calls);

// Whatever the order: a value that is read belongs to its key, successful insertions and removals of a key differ by what is
// in the map at the end, and its count is exact.
void check_interleaved(unsigned cores, uint64_t seed, size_t calls, uint32_t limit, uint32_t keys);

// Insertions that lose a race and atomic adds through looked-up addresses: the sums are exact.
void count_together(unsigned cores, size_t packets);

}  // namespace map_checks
