// Correction of single-bit errors in stored control-store words.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/ecc.h"

namespace fpc {
namespace {

constexpr unsigned kSyndromes = 1u << kEccParity.size();
constexpr unsigned kStoredBits = kInsnBits + kEccParity.size();

// The ECC bits that a flip of bit j of the stored word changes.
constexpr unsigned column(unsigned j) {
  return j < kInsnBits ? ecc_of(Word{1} << j) : 1u << (j - kInsnBits);
}

// By syndrome: the stored bits to flip; 0 where no single bit explains it.
constexpr auto kFlips = [] {
  std::array<Word, kSyndromes> flips{};
  for (unsigned j = 0; j < kStoredBits; ++j) flips[column(j)] = Word{1} << j;
  return flips;
}();

// Odd columns, all different: two errors never look like one, and one never looks like another.
constexpr bool corrects_one_and_detects_two() {
  std::array<bool, kSyndromes> seen{};
  for (unsigned j = 0; j < kStoredBits; ++j) {
    if (std::popcount(column(j)) % 2 == 0 || seen[column(j)]) return false;
    seen[column(j)] = true;
  }
  return true;
}
static_assert(corrects_one_and_detects_two(), "two columns of the parity matrix are alike or even");

}  // namespace

std::optional<Word> correct_ecc(Word stored) {
  const Word insn = stored & kInsnMask;
  const auto ecc = static_cast<unsigned>(stored >> kInsnBits) % kSyndromes;
  const unsigned syndrome = ecc ^ ecc_of(insn);
  if (syndrome == 0) return insn;
  if (kFlips[syndrome] == 0) return std::nullopt;
  return (stored ^ kFlips[syndrome]) & kInsnMask;
}

}  // namespace fpc
