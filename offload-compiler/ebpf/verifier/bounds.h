// What is known of a 64-bit word: bits, unsigned and signed ranges of the word and of its low half, kept consistent.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "offload-compiler/ebpf/verifier/tnum.h"

namespace ebpf {

struct Bounds {
  Tnum var_off;
  uint64_t umin = 0, umax = ~uint64_t{0};
  int64_t smin = INT64_MIN, smax = INT64_MAX;
  uint32_t u32_min = 0, u32_max = ~uint32_t{0};
  int32_t s32_min = INT32_MIN, s32_max = INT32_MAX;
  bool operator==(const Bounds&) const = default;

  static Bounds constant(uint64_t value);

  bool is_const() const { return tnum::is_const(var_off); }
  bool is_unbounded() const { return *this == Bounds{}; }
  // No number is described: the path is one that cannot be taken.
  bool is_empty() const {
    return umin > umax || smin > smax || u32_min > u32_max || s32_min > s32_max;
  }
  bool within(const Bounds& old) const;  // every number described here is described by `old`

  void forget64();  // the ranges of the word, not its bits
  void forget32();

  void learn_from_bits();    // tightens the ranges by the known bits
  void learn32_from_bits();  // the ranges of the low half only
  void sync();               // bits -> ranges -> signs -> bits

  void set_low32(uint32_t value);      // the low half becomes known, the high half's bits stay
  void zero_extend();                  // the word becomes its low half
  void truncate(unsigned size_bytes);  // the word becomes its low bytes
  void sign_extend(unsigned bits);     // the word becomes its low bits, sign-extended
  void derive32_from64();              // after the word's ranges were refined
  void derive64_from32();              // after the low half's ranges were refined

 private:
  void learn_signs32();
  void learn_signs64();
  void assign64_from32();
};

}  // namespace ebpf
