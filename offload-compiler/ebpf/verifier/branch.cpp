// Conditional jumps: the decision tables of comparisons with constants, for the word and for its low half.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier/branch.h"

#include <linux/bpf.h>

#include <algorithm>
#include <bit>

namespace ebpf {

namespace {

// Numbers below `min` or not above `max` decide a comparison with `value`.
template <typename T>
std::optional<bool> outcome_of_range(uint8_t op, T min, T max, T value) {
  switch (op) {
    case BPF_JGT:
    case BPF_JSGT:
      if (min > value) return true;
      if (max <= value) return false;
      break;
    case BPF_JGE:
    case BPF_JSGE:
      if (min >= value) return true;
      if (max < value) return false;
      break;
    case BPF_JLT:
    case BPF_JSLT:
      if (max < value) return true;
      if (min >= value) return false;
      break;
    default:
      if (max <= value) return true;
      if (min > value) return false;
  }
  return std::nullopt;
}

bool is_signed(uint8_t op) {
  return op == BPF_JSGT || op == BPF_JSGE || op == BPF_JSLT || op == BPF_JSLE;
}

std::optional<bool> outcome_of_bits(uint8_t op, Tnum bits, uint64_t value) {
  if (op == BPF_JSET) {
    if ((bits.value & value) != 0) return true;
    if (((bits.mask | bits.value) & value) == 0) return false;
    return std::nullopt;
  }
  if (!tnum::is_const(bits)) return std::nullopt;
  return (bits.value == value) == (op == BPF_JEQ);
}

// Narrows [min, max] on both paths of an order comparison.
template <typename T>
void refine_range(uint8_t op, T value, T& taken_min, T& taken_max, T& other_min, T& other_max) {
  const auto below = static_cast<T>(static_cast<std::make_unsigned_t<T>>(value) - 1);
  const auto above = static_cast<T>(static_cast<std::make_unsigned_t<T>>(value) + 1);
  switch (op) {
    case BPF_JGT:
    case BPF_JSGT:
      other_max = std::min(other_max, value);
      taken_min = std::max(taken_min, above);
      break;
    case BPF_JGE:
    case BPF_JSGE:
      other_max = std::min(other_max, below);
      taken_min = std::max(taken_min, value);
      break;
    case BPF_JLT:
    case BPF_JSLT:
      other_min = std::max(other_min, value);
      taken_max = std::min(taken_max, below);
      break;
    default:
      other_min = std::max(other_min, above);
      taken_max = std::min(taken_max, value);
  }
}

// After JSET the bits of `value` are all zero on the path not taken; a single bit is one on the other.
void refine_bits(uint64_t value, Tnum& taken, Tnum& other) {
  other = tnum::bit_and(other, tnum::constant(~value));
  if (std::has_single_bit(value)) taken = tnum::bit_or(taken, tnum::constant(value));
}

void refine32(uint8_t op, uint32_t value, Bounds& taken, Bounds& other) {
  switch (op) {
    case BPF_JEQ:
      taken.set_low32(value);
      break;
    case BPF_JNE:
      other.set_low32(value);
      break;
    case BPF_JSET: {
      Tnum taken_low = tnum::low32(taken.var_off), other_low = tnum::low32(other.var_off);
      refine_bits(value, taken_low, other_low);
      taken.var_off = tnum::with_low32(taken.var_off, taken_low);
      other.var_off = tnum::with_low32(other.var_off, other_low);
      break;
    }
    default:
      if (is_signed(op)) {
        refine_range(op, static_cast<int32_t>(value), taken.s32_min, taken.s32_max, other.s32_min,
                     other.s32_max);
      } else {
        refine_range(op, value, taken.u32_min, taken.u32_max, other.u32_min, other.u32_max);
      }
  }
  taken.derive64_from32();
  other.derive64_from32();
}

void refine64(uint8_t op, uint64_t value, Bounds& taken, Bounds& other) {
  switch (op) {
    case BPF_JEQ:
      taken = Bounds::constant(value);
      break;
    case BPF_JNE:
      other = Bounds::constant(value);
      break;
    case BPF_JSET:
      refine_bits(value, taken.var_off, other.var_off);
      break;
    default:
      if (is_signed(op)) {
        refine_range(op, static_cast<int64_t>(value), taken.smin, taken.smax, other.smin,
                     other.smax);
      } else {
        refine_range(op, value, taken.umin, taken.umax, other.umin, other.umax);
      }
  }
  taken.derive32_from64();
  other.derive32_from64();
}

}  // namespace

uint8_t flipped(uint8_t op) {
  switch (op) {
    case BPF_JGT:
      return BPF_JLT;
    case BPF_JGE:
      return BPF_JLE;
    case BPF_JLT:
      return BPF_JGT;
    case BPF_JLE:
      return BPF_JGE;
    case BPF_JSGT:
      return BPF_JSLT;
    case BPF_JSGE:
      return BPF_JSLE;
    case BPF_JSLT:
      return BPF_JSGT;
    case BPF_JSLE:
      return BPF_JSGE;
    default:
      return op;
  }
}

std::optional<bool> branch_outcome(uint8_t op, bool is_32bit, const Bounds& reg, uint64_t value) {
  if (op == BPF_JEQ || op == BPF_JNE || op == BPF_JSET) {
    return is_32bit ? outcome_of_bits(op, tnum::low32(reg.var_off), static_cast<uint32_t>(value))
                    : outcome_of_bits(op, reg.var_off, value);
  }
  if (is_32bit) {
    const auto low = static_cast<uint32_t>(value);
    return is_signed(op) ? outcome_of_range(op, reg.s32_min, reg.s32_max, static_cast<int32_t>(low))
                         : outcome_of_range(op, reg.u32_min, reg.u32_max, low);
  }
  return is_signed(op) ? outcome_of_range(op, reg.smin, reg.smax, static_cast<int64_t>(value))
                       : outcome_of_range(op, reg.umin, reg.umax, value);
}

void refine_by_constant(uint8_t op, bool is_32bit, uint64_t value, Bounds& taken,
                        Bounds& not_taken) {
  if (is_32bit) {
    refine32(op, static_cast<uint32_t>(value), taken, not_taken);
  } else {
    refine64(op, value, taken, not_taken);
  }
}

void refine_by_equality(Bounds& dst, Bounds& src) {
  src.umin = dst.umin = std::max(src.umin, dst.umin);
  src.umax = dst.umax = std::min(src.umax, dst.umax);
  src.smin = dst.smin = std::max(src.smin, dst.smin);
  src.smax = dst.smax = std::min(src.smax, dst.smax);
  src.var_off = dst.var_off = tnum::intersect(src.var_off, dst.var_off);
  src.sync();
  dst.sync();
}

}  // namespace ebpf
