// Effect of arithmetic instructions on what is known of scalars: bits by tnum, ranges by interval arithmetic, both halves at once.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier/scalar_alu.h"

#include <linux/bpf.h>

#include <algorithm>
#include <limits>

namespace ebpf {

namespace {

// The ranges of one width, so that each rule is written once for the word and for its low half.
template <typename U, typename S>
struct Ranges {
  U& umin;
  U& umax;
  S& smin;
  S& smax;

  void forget_signed() {
    smin = std::numeric_limits<S>::min();
    smax = std::numeric_limits<S>::max();
  }
  void forget_unsigned() {
    umin = 0;
    umax = std::numeric_limits<U>::max();
  }
  void signed_from_unsigned() {
    smin = static_cast<S>(umin);
    smax = static_cast<S>(umax);
  }
};

using Ranges64 = Ranges<uint64_t, int64_t>;
using Ranges32 = Ranges<uint32_t, int32_t>;

Ranges64 word(Bounds& b) { return {b.umin, b.umax, b.smin, b.smax}; }
Ranges32 half(Bounds& b) { return {b.u32_min, b.u32_max, b.s32_min, b.s32_max}; }

template <typename U, typename S>
void add_ranges(Ranges<U, S> dst, Ranges<U, S> src) {
  S smin, smax;
  if (__builtin_add_overflow(dst.smin, src.smin, &smin) ||
      __builtin_add_overflow(dst.smax, src.smax, &smax)) {
    dst.forget_signed();
  } else {
    dst.smin = smin;
    dst.smax = smax;
  }
  U umin, umax;
  if (__builtin_add_overflow(dst.umin, src.umin, &umin) ||
      __builtin_add_overflow(dst.umax, src.umax, &umax)) {
    dst.forget_unsigned();
  } else {
    dst.umin = umin;
    dst.umax = umax;
  }
}

template <typename U, typename S>
void sub_ranges(Ranges<U, S> dst, Ranges<U, S> src) {
  S smin, smax;
  if (__builtin_sub_overflow(dst.smin, src.smax, &smin) ||
      __builtin_sub_overflow(dst.smax, src.smin, &smax)) {
    dst.forget_signed();
  } else {
    dst.smin = smin;
    dst.smax = smax;
  }
  if (dst.umin < src.umax) {
    dst.forget_unsigned();
  } else {
    dst.umin -= src.umax;
    dst.umax -= src.umin;
  }
}

template <typename U, typename S>
void mul_ranges(Ranges<U, S> dst, Ranges<U, S> src) {
  constexpr U kHalfMax = std::numeric_limits<U>::max() >> (sizeof(U) * 4);
  if (src.smin < 0 || dst.smin < 0 || src.umax > kHalfMax || dst.umax > kHalfMax) {
    dst.forget_signed();
    dst.forget_unsigned();
    return;
  }
  dst.umin *= src.umin;
  dst.umax *= src.umax;
  if (dst.umax > static_cast<U>(std::numeric_limits<S>::max())) {
    dst.forget_signed();
  } else {
    dst.signed_from_unsigned();
  }
}

// The bitwise rules get the bits of the result, which are already computed.
template <typename U, typename S>
void bitwise_ranges(uint8_t op, Ranges<U, S> dst, Ranges<U, S> src, U value, U mask) {
  if (mask == 0 && src.umin == src.umax) {
    dst.umin = dst.umax = value;
    dst.signed_from_unsigned();
    return;
  }
  const bool positive = dst.smin >= 0 && src.smin >= 0;
  const U all = value | mask;
  switch (op) {
    case BPF_AND:
      dst.umin = value;
      dst.umax = std::min(dst.umax, src.umax);
      break;
    case BPF_OR:
      dst.umin = std::max(dst.umin, src.umin);
      dst.umax = all;
      break;
    default:
      dst.umin = value;
      dst.umax = all;
  }
  if (positive) {
    dst.signed_from_unsigned();
  } else {
    dst.forget_signed();
  }
}

void bitwise(uint8_t op, Bounds& dst, Bounds src) {
  switch (op) {
    case BPF_AND:
      dst.var_off = tnum::bit_and(dst.var_off, src.var_off);
      break;
    case BPF_OR:
      dst.var_off = tnum::bit_or(dst.var_off, src.var_off);
      break;
    default:
      dst.var_off = tnum::bit_xor(dst.var_off, src.var_off);
  }
  const Tnum bits = dst.var_off;
  bitwise_ranges(op, half(dst), half(src), static_cast<uint32_t>(bits.value),
                 static_cast<uint32_t>(bits.mask));
  bitwise_ranges(op, word(dst), word(src), bits.value, bits.mask);
  dst.learn_from_bits();
}

void shift_left_half_ranges(Bounds& dst, unsigned shift) {
  half(dst).forget_signed();
  if (shift > 31 || dst.u32_max > uint64_t{1} << (31 - shift)) {
    half(dst).forget_unsigned();
  } else {
    dst.u32_min <<= shift;
    dst.u32_max <<= shift;
  }
}

void shift_left64(Bounds& dst, unsigned shift) {
  // << 32 is half of the usual sign extension: the low half's ranges move up.
  dst.smax = shift == 32 && dst.s32_max >= 0 ? int64_t{dst.s32_max} << 32 : INT64_MAX;
  dst.smin = shift == 32 && dst.s32_min >= 0 ? int64_t{dst.s32_min} << 32 : INT64_MIN;
  if (dst.umax > uint64_t{1} << (63 - shift)) {
    word(dst).forget_unsigned();
  } else {
    dst.umin <<= shift;
    dst.umax <<= shift;
  }
  shift_left_half_ranges(dst, shift);
  dst.var_off = tnum::lshift(dst.var_off, shift);
  dst.learn_from_bits();
}

void shift_right64(Bounds& dst, unsigned shift) {
  word(dst).forget_signed();
  dst.var_off = tnum::rshift(dst.var_off, shift);
  dst.umin >>= shift;
  dst.umax >>= shift;
  dst.forget32();
  dst.learn_from_bits();
}

void shift_arith64(Bounds& dst, unsigned shift) {
  dst.smin >>= shift;
  dst.smax >>= shift;
  dst.var_off = tnum::arshift(dst.var_off, shift, 64);
  word(dst).forget_unsigned();
  dst.forget32();
  dst.learn_from_bits();
}

void shift32(uint8_t op, Bounds& dst, unsigned shift) {
  const Tnum low = tnum::low32(dst.var_off);
  if (op == BPF_LSH) {
    shift_left_half_ranges(dst, shift);
    dst.var_off = tnum::low32(tnum::lshift(low, shift));
  } else if (op == BPF_RSH) {
    half(dst).forget_signed();
    dst.var_off = tnum::rshift(low, shift);
    dst.u32_min >>= shift;
    dst.u32_max >>= shift;
  } else {
    dst.s32_min >>= shift;
    dst.s32_max >>= shift;
    dst.var_off = tnum::arshift(low, shift, 32);
    half(dst).forget_unsigned();
  }
  dst.forget64();
  dst.learn32_from_bits();
}

void shift(uint8_t op, bool is_32bit, Bounds& dst, const Bounds& src) {
  const unsigned bits = is_32bit ? 32 : 64;
  if (src.umax >= bits) {
    dst = Bounds{};
    return;
  }
  const auto amount = static_cast<unsigned>(src.umax);
  if (is_32bit) {
    shift32(op, dst, amount);
  } else if (op == BPF_LSH) {
    shift_left64(dst, amount);
  } else if (op == BPF_RSH) {
    shift_right64(dst, amount);
  } else {
    shift_arith64(dst, amount);
  }
}

// Ranges that contradict each other come from branches that cannot be taken: nothing is concluded from them.
bool contradictory(const Bounds& b, bool is_32bit) {
  if (is_32bit) {
    const bool known = tnum::is_const(tnum::low32(b.var_off));
    return (known && (b.s32_min != b.s32_max || b.u32_min != b.u32_max)) || b.s32_min > b.s32_max ||
           b.u32_min > b.u32_max;
  }
  return (b.is_const() && (b.smin != b.smax || b.umin != b.umax)) || b.smin > b.smax ||
         b.umin > b.umax;
}

}  // namespace

Bounds scalar_alu(uint8_t op, bool is_32bit, const Bounds& dst_in, const Bounds& src_in) {
  Bounds dst = dst_in, src = src_in;
  const bool src_known =
      is_32bit ? tnum::is_const(tnum::low32(src.var_off)) : tnum::is_const(src.var_off);
  const bool any_src = op == BPF_ADD || op == BPF_SUB || op == BPF_AND;
  if (contradictory(src, is_32bit) || (!src_known && !any_src)) return Bounds{};
  switch (op) {
    case BPF_ADD:
      add_ranges(half(dst), half(src));
      add_ranges(word(dst), word(src));
      dst.var_off = tnum::add(dst.var_off, src.var_off);
      break;
    case BPF_SUB:
      sub_ranges(half(dst), half(src));
      sub_ranges(word(dst), word(src));
      dst.var_off = tnum::sub(dst.var_off, src.var_off);
      break;
    case BPF_MUL:
      dst.var_off = tnum::mul(dst.var_off, src.var_off);
      mul_ranges(half(dst), half(src));
      mul_ranges(word(dst), word(src));
      break;
    case BPF_AND:
    case BPF_OR:
    case BPF_XOR:
      bitwise(op, dst, src);
      break;
    case BPF_LSH:
    case BPF_RSH:
    case BPF_ARSH:
      shift(op, is_32bit, dst, src);
      break;
    default:
      dst = Bounds{};
  }
  if (is_32bit) dst.zero_extend();
  dst.sync();
  return dst;
}

}  // namespace ebpf
