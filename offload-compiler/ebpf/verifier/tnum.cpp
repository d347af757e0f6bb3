// Arithmetic on tristate numbers, after Vishwanathan et al., "Sound, Precise, and Fast Abstract Interpretation with Tristate Numbers" (CGO 2022).
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier/tnum.h"

#include <fmt/format.h>

#include <bit>

namespace ebpf::tnum {

Tnum range(uint64_t min, uint64_t max) {
  const unsigned differing = static_cast<unsigned>(std::bit_width(min ^ max));
  if (differing > 63) return unknown();
  const uint64_t delta = (uint64_t{1} << differing) - 1;
  return {min & ~delta, delta};
}

Tnum lshift(Tnum a, unsigned shift) { return {a.value << shift, a.mask << shift}; }

Tnum rshift(Tnum a, unsigned shift) { return {a.value >> shift, a.mask >> shift}; }

Tnum arshift(Tnum a, unsigned shift, unsigned bits) {
  if (bits == 32) {
    const auto shifted = [shift](uint64_t word) -> uint64_t {
      return static_cast<uint32_t>(static_cast<int32_t>(static_cast<uint32_t>(word)) >> shift);
    };
    return {shifted(a.value), shifted(a.mask)};
  }
  return {static_cast<uint64_t>(static_cast<int64_t>(a.value) >> shift),
          static_cast<uint64_t>(static_cast<int64_t>(a.mask) >> shift)};
}

Tnum add(Tnum a, Tnum b) {
  const uint64_t values = a.value + b.value;
  const uint64_t carries = (a.mask + b.mask + values) ^ values;
  const uint64_t mask = carries | a.mask | b.mask;
  return {values & ~mask, mask};
}

Tnum sub(Tnum a, Tnum b) {
  const uint64_t values = a.value - b.value;
  const uint64_t borrows = (values + a.mask) ^ (values - b.mask);
  const uint64_t mask = borrows | a.mask | b.mask;
  return {values & ~mask, mask};
}

Tnum mul(Tnum a, Tnum b) {
  const uint64_t known = a.value * b.value;
  Tnum uncertain = constant(0);
  while (a.value != 0 || a.mask != 0) {
    if (a.value & 1) {
      uncertain = add(uncertain, {0, b.mask});
    } else if (a.mask & 1) {
      uncertain = add(uncertain, {0, b.value | b.mask});
    }
    a = rshift(a, 1);
    b = lshift(b, 1);
  }
  return add(constant(known), uncertain);
}

Tnum bit_and(Tnum a, Tnum b) {
  const uint64_t value = a.value & b.value;
  return {value, (a.value | a.mask) & (b.value | b.mask) & ~value};
}

Tnum bit_or(Tnum a, Tnum b) {
  const uint64_t value = a.value | b.value;
  return {value, (a.mask | b.mask) & ~value};
}

Tnum bit_xor(Tnum a, Tnum b) {
  const uint64_t mask = a.mask | b.mask;
  return {(a.value ^ b.value) & ~mask, mask};
}

Tnum intersect(Tnum a, Tnum b) {
  const uint64_t mask = a.mask & b.mask;
  return {(a.value | b.value) & ~mask, mask};
}

Tnum cast(Tnum a, unsigned size_bytes) {
  if (size_bytes >= 8) return a;
  const uint64_t keep = (uint64_t{1} << (size_bytes * 8)) - 1;
  return {a.value & keep, a.mask & keep};
}

bool contains(Tnum a, Tnum b) { return (b.mask & ~a.mask) == 0 && a.value == (b.value & ~a.mask); }

bool is_aligned(Tnum a, uint64_t size) { return ((a.value | a.mask) & (size - 1)) == 0; }

Tnum low32(Tnum a) { return cast(a, 4); }

Tnum clear_low32(Tnum a) { return lshift(rshift(a, 32), 32); }

Tnum with_low32(Tnum a, Tnum low) { return bit_or(clear_low32(a), low32(low)); }

std::string to_string(Tnum a) { return fmt::format("({:#x}; {:#x})", a.value, a.mask); }

}  // namespace ebpf::tnum
