// What is known of a 64-bit word: the deductions between bits, ranges and halves, as precise as the kernel's and no more.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier/bounds.h"

#include <algorithm>

namespace ebpf {

namespace {

// Ranges that follow from the bits: the sign bit is free when it is unknown.
template <typename U, typename S>
void ranges_from_bits(U value, U mask, U& umin, U& umax, S& smin, S& smax) {
  constexpr U kSign = U{1} << (sizeof(U) * 8 - 1);
  smin = std::max(smin, static_cast<S>(value | (mask & kSign)));
  smax = std::min(smax, static_cast<S>(value | (mask & ~kSign)));
  umin = std::max(umin, value);
  umax = std::min(umax, static_cast<U>(value | mask));
}

// A range that does not cross the sign boundary holds for both readings.
template <typename U, typename S>
void ranges_from_signs(U& umin, U& umax, S& smin, S& smax) {
  if (smin >= 0 || smax < 0) {
    umin = std::max(static_cast<U>(smin), umin);
    umax = std::min(static_cast<U>(smax), umax);
    smin = static_cast<S>(umin);
    smax = static_cast<S>(umax);
  } else if (static_cast<S>(umax) >= 0) {
    smin = static_cast<S>(umin);
    umax = std::min(static_cast<U>(smax), umax);
    smax = static_cast<S>(umax);
  } else if (static_cast<S>(umin) < 0) {
    umin = std::max(static_cast<U>(smin), umin);
    smin = static_cast<S>(umin);
    smax = static_cast<S>(umax);
  }
}

}  // namespace

Bounds Bounds::constant(uint64_t value) {
  Bounds b;
  b.var_off = tnum::constant(value);
  b.umin = b.umax = value;
  b.smin = b.smax = static_cast<int64_t>(value);
  b.u32_min = b.u32_max = static_cast<uint32_t>(value);
  b.s32_min = b.s32_max = static_cast<int32_t>(b.u32_min);
  return b;
}

bool Bounds::within(const Bounds& old) const {
  return old.umin <= umin && umax <= old.umax && old.smin <= smin && smax <= old.smax &&
         old.u32_min <= u32_min && u32_max <= old.u32_max && old.s32_min <= s32_min &&
         s32_max <= old.s32_max && tnum::contains(old.var_off, var_off);
}

void Bounds::forget64() {
  umin = 0;
  umax = UINT64_MAX;
  smin = INT64_MIN;
  smax = INT64_MAX;
}

void Bounds::forget32() {
  u32_min = 0;
  u32_max = UINT32_MAX;
  s32_min = INT32_MIN;
  s32_max = INT32_MAX;
}

void Bounds::learn32_from_bits() {
  ranges_from_bits(static_cast<uint32_t>(var_off.value), static_cast<uint32_t>(var_off.mask),
                   u32_min, u32_max, s32_min, s32_max);
}

void Bounds::learn_from_bits() {
  learn32_from_bits();
  ranges_from_bits(var_off.value, var_off.mask, umin, umax, smin, smax);
}

void Bounds::learn_signs32() { ranges_from_signs(u32_min, u32_max, s32_min, s32_max); }

void Bounds::learn_signs64() { ranges_from_signs(umin, umax, smin, smax); }

void Bounds::sync() {
  learn_from_bits();
  learn_signs32();
  learn_signs64();
  const Tnum word = tnum::intersect(var_off, tnum::range(umin, umax));
  const Tnum low = tnum::intersect(tnum::low32(var_off), tnum::range(u32_min, u32_max));
  var_off = tnum::with_low32(word, low);
  learn_from_bits();
}

void Bounds::set_low32(uint32_t value) {
  var_off = tnum::with_low32(var_off, tnum::constant(value));
  u32_min = u32_max = value;
  s32_min = s32_max = static_cast<int32_t>(value);
}

void Bounds::assign64_from32() {
  umin = u32_min;
  umax = u32_max;
  const bool positive = s32_min >= 0 && s32_max >= 0;
  smin = positive ? s32_min : 0;
  smax = positive ? s32_max : int64_t{UINT32_MAX};
}

void Bounds::zero_extend() {
  var_off = tnum::low32(var_off);
  assign64_from32();
}

void Bounds::truncate(unsigned size_bytes) {
  var_off = tnum::cast(var_off, size_bytes);
  const uint64_t keep = (uint64_t{1} << (size_bytes * 8)) - 1;
  const bool same_high_part = (umin & ~keep) == (umax & ~keep);
  umin = same_high_part ? umin & keep : 0;
  umax = same_high_part ? umax & keep : keep;
  smin = static_cast<int64_t>(umin);
  smax = static_cast<int64_t>(umax);
  if (size_bytes < 4) derive32_from64();
}

void Bounds::sign_extend(unsigned bits) {
  const unsigned shift = 64 - bits;
  if (is_const()) {
    const auto up = static_cast<int64_t>(var_off.value << shift);
    *this = constant(static_cast<uint64_t>(up >> shift));
    return;
  }
  const int64_t low = INT64_MIN >> shift, high = INT64_MAX >> shift;
  if (smin >= low && smax <= high) return;
  *this = Bounds{};
  smin = low;
  smax = high;
  derive32_from64();
}

void Bounds::derive32_from64() {
  forget32();
  if (smin >= INT32_MIN && smax <= INT32_MAX) {
    s32_min = static_cast<int32_t>(smin);
    s32_max = static_cast<int32_t>(smax);
  }
  if (umax <= UINT32_MAX) {
    u32_min = static_cast<uint32_t>(umin);
    u32_max = static_cast<uint32_t>(umax);
  }
  sync();
}

void Bounds::derive64_from32() {
  if (tnum::equals(tnum::clear_low32(var_off), 0)) {
    assign64_from32();
  } else {
    forget64();
  }
  sync();
}

}  // namespace ebpf
