// What the 7 ECC bits correct and detect.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/ecc.h"

#include <gtest/gtest.h>

#include "base/rng.h"

namespace fpc {
namespace {

constexpr unsigned kStoredBits = 52;

TEST(Ecc, DocumentedWords) {
  EXPECT_EQ(with_ecc(0x000000f0000c0300), 0x000000f0000c0300u);
  EXPECT_EQ(with_ecc(0x000000f003f05bff), 0x000f20f003f05bffu);
  EXPECT_EQ(with_ecc(0x000000d802008038), 0x000ce0d802008038u);
}

TEST(Ecc, EverySingleBitErrorIsCorrected) {
  base::Rng rng(1);
  for (int round = 0; round < 200; ++round) {
    const Word insn = rng.next() & kInsnMask;
    const Word stored = with_ecc(insn);
    EXPECT_EQ(correct_ecc(stored), insn);
    for (unsigned bit = 0; bit < kStoredBits; ++bit) {
      EXPECT_EQ(correct_ecc(stored ^ (Word{1} << bit)), insn) << "bit " << bit;
    }
  }
}

TEST(Ecc, EveryDoubleBitErrorIsDetected) {
  base::Rng rng(2);
  for (int round = 0; round < 20; ++round) {
    const Word stored = with_ecc(rng.next());
    for (unsigned first = 0; first < kStoredBits; ++first) {
      for (unsigned second = 0; second < first; ++second) {
        const Word broken = stored ^ (Word{1} << first) ^ (Word{1} << second);
        EXPECT_EQ(correct_ecc(broken), std::nullopt) << first << " and " << second;
      }
    }
  }
}

// The figures of docs/isa.md: three errors have an odd syndrome, which most often names a single bit.
TEST(Ecc, MostTripleErrorsLookLikeSingleOnes) {
  const Word stored = with_ecc(0xb441605a20);
  unsigned miscorrected = 0, detected = 0;
  for (unsigned a = 0; a < kStoredBits; ++a) {
    for (unsigned b = 0; b < a; ++b) {
      for (unsigned c = 0; c < b; ++c) {
        const auto corrected =
            correct_ecc(stored ^ (Word{1} << a) ^ (Word{1} << b) ^ (Word{1} << c));
        if (corrected) {
          ++miscorrected;
        } else {
          ++detected;
        }
      }
    }
  }
  EXPECT_EQ(miscorrected, 17752u);
  EXPECT_EQ(detected, 4348u);
}

}  // namespace
}  // namespace fpc
