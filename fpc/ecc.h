// The 7 ECC bits of a control-store word (nfp-isa 2.2): bits 51:45 over the instruction's bits 44:0.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>

#include "fpc/insn.h"

namespace fpc {

constexpr Word kInsnMask = (Word{1} << kInsnBits) - 1;

// Row i: the instruction bits whose parity is ECC bit i.
constexpr std::array<Word, 7> kEccParity = {
    0x0ff800007fff, 0x11f801ff801f, 0x1e387e0781e1, 0x17cb8e388e22,
    0x1af5b2c93244, 0x1f56d5525488, 0x0daf69a46910,
};

constexpr unsigned kStoredWordBits = kInsnBits + kEccParity.size();

constexpr unsigned ecc_of(Word insn) {
  unsigned ecc = 0;
  for (unsigned i = 0; i < kEccParity.size(); ++i) {
    ecc |= (static_cast<unsigned>(std::popcount(insn & kEccParity[i])) & 1u) << i;
  }
  return ecc;
}

constexpr Word with_ecc(Word insn) {
  insn &= kInsnMask;
  return insn | (Word{ecc_of(insn)} << kInsnBits);
}

// The stored word's instruction with a single-bit error corrected; nullopt when more is wrong.
std::optional<Word> correct_ecc(Word stored);

}  // namespace fpc
