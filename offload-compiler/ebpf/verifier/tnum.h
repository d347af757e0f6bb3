// Arithmetic on tristate numbers: sound over-approximations of machine arithmetic on partly known 64-bit words.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "offload-compiler/ebpf/verifier.h"

namespace ebpf::tnum {

constexpr Tnum constant(uint64_t value) { return {value, 0}; }
constexpr Tnum unknown() { return {0, ~uint64_t{0}}; }
constexpr bool is_const(Tnum a) { return a.mask == 0; }
constexpr bool equals(Tnum a, uint64_t value) { return a.mask == 0 && a.value == value; }

Tnum range(uint64_t min, uint64_t max);  // smallest tnum that holds every number of [min, max]
Tnum lshift(Tnum a, unsigned shift);
Tnum rshift(Tnum a, unsigned shift);
Tnum arshift(Tnum a, unsigned shift, unsigned bits);  // bits: 32 or 64
Tnum add(Tnum a, Tnum b);
Tnum sub(Tnum a, Tnum b);
Tnum mul(Tnum a, Tnum b);
Tnum bit_and(Tnum a, Tnum b);
Tnum bit_or(Tnum a, Tnum b);
Tnum bit_xor(Tnum a, Tnum b);
Tnum intersect(Tnum a, Tnum b);          // numbers in both; the caller knows that there is one
Tnum cast(Tnum a, unsigned size_bytes);  // zero-extended low bytes
bool contains(Tnum a, Tnum b);           // every number of b is one of a
bool is_aligned(Tnum a, uint64_t size);  // every number is a multiple of size, a power of two

Tnum low32(Tnum a);
Tnum clear_low32(Tnum a);
Tnum with_low32(Tnum a, Tnum low);

std::string to_string(Tnum a);  // "(0x0; 0xff)" as the kernel prints it

}  // namespace ebpf::tnum
