// Reciprocals after Granlund and Montgomery, "Division by Invariant Integers using Multiplication", figure 6.2.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/codegen/reciprocal.h"

#include <bit>
#include <cassert>

namespace offload {
namespace {

constexpr unsigned kBits = 32;

// Exact for dividends of `precision` bits.
Reciprocal reciprocal_for(uint32_t divisor, unsigned precision) {
  Reciprocal r;
  r.log2 = static_cast<unsigned>(std::bit_width(divisor - 1));
  const uint64_t power = uint64_t{1} << (kBits + r.log2);
  uint64_t lowest = power / divisor;
  uint64_t highest = (power + (power >> precision)) / divisor;
  r.post_shift = r.log2;
  while (r.post_shift > 0 && lowest >> 1 < highest >> 1) {
    lowest >>= 1;
    highest >>= 1;
    --r.post_shift;
  }
  r.multiplier = static_cast<uint32_t>(highest);
  r.wide = highest >> kBits != 0;
  return r;
}

}  // namespace

Reciprocal reciprocal_of(uint32_t divisor) {
  assert(divisor >= 1 && divisor <= kMaxReciprocal);
  const Reciprocal full = reciprocal_for(divisor, kBits);
  if (!full.wide || divisor % 2 != 0) return full;
  const auto zeros = static_cast<unsigned>(std::countr_zero(divisor));
  Reciprocal odd = reciprocal_for(divisor >> zeros, kBits - zeros);
  odd.pre_shift = zeros;
  odd.log2 = full.log2;
  return odd;
}

bool ends_with_shift_by_zero(uint32_t divisor) {
  if (divisor > kMaxReciprocal || divisor == 0) return false;
  const Reciprocal r = reciprocal_of(divisor);
  if (std::has_single_bit(divisor)) return r.log2 == 0;
  return r.wide ? r.post_shift == 1 : r.post_shift == 0;
}

}  // namespace offload
