// Division by a constant as multiplication with its reciprocal and shifts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace offload {

// For 32-bit x: x / divisor == ((x >> pre_shift) * multiplier >> 32) >> post_shift. A wide multiplier has a 33rd bit, which is
// not in `multiplier`.
struct Reciprocal {
  uint32_t multiplier = 0;
  bool wide = false;
  unsigned log2 = 0;  // of the divisor, rounded up
  unsigned pre_shift = 0, post_shift = 0;
};

// Divisors 1 to 2^31; larger ones need no multiplication: their quotients are 0 and 1.
constexpr uint32_t kMaxReciprocal = uint32_t{1} << 31;
Reciprocal reciprocal_of(uint32_t divisor);

// Whether the reference lowering ends the division with a shift by 0, which an FPC takes for "by the previous operand".
bool ends_with_shift_by_zero(uint32_t divisor);

}  // namespace offload
