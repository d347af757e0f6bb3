// Finds the row of isa.def that a word belongs to.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "fpc/isa.h"

namespace fpc {

// Bits 39:35 choose a list of candidates, which keep the order of isa.def.
struct RowLookup {
  static constexpr unsigned kLsb = 35;
  static constexpr unsigned kLists = 32;

  static constexpr bool may_match(const InsnSpec& row, unsigned list) {
    constexpr Word kKey = Word{kLists - 1} << kLsb;
    return (((Word{list} << kLsb) ^ row.match) & row.mask & kKey) == 0;
  }
  static constexpr unsigned entries() {
    unsigned count = 0;
    for (unsigned list = 0; list < kLists; ++list) {
      for (const InsnSpec& row : kInsnSpecs) count += may_match(row, list);
    }
    return count;
  }
};

template <unsigned kEntries>
struct RowLists {
  struct Candidate {
    Word mask, match;
    Op op;
  };
  std::array<Candidate, kEntries> candidates{};
  std::array<uint16_t, RowLookup::kLists + 1> first{};
};

inline constexpr auto kRowLists = [] {
  RowLists<RowLookup::entries()> lists;
  uint16_t at = 0;
  for (unsigned list = 0; list < RowLookup::kLists; ++list) {
    lists.first[list] = at;
    for (const InsnSpec& row : kInsnSpecs) {
      if (RowLookup::may_match(row, list)) lists.candidates[at++] = {row.mask, row.match, row.op};
    }
  }
  lists.first[RowLookup::kLists] = at;
  return lists;
}();

// nullptr: no instruction has these bits.
inline const InsnSpec* find_row(Word word) {
  const unsigned list = static_cast<unsigned>(word >> RowLookup::kLsb) % RowLookup::kLists;
  for (unsigned at = kRowLists.first[list]; at < kRowLists.first[list + 1]; ++at) {
    const auto& candidate = kRowLists.candidates[at];
    if ((word & candidate.mask) == candidate.match) return &spec(candidate.op);
  }
  return nullptr;
}

}  // namespace fpc
