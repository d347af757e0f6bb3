// What ALU and jump operations compute (RFC 9669 sections 4.1 and 4.3).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "base/bits.h"

namespace ebpf {

// The upper four bits of ALU opcodes.
enum class AluOp : uint8_t {
  kAdd = 0x00,
  kSub = 0x10,
  kMul = 0x20,
  kDiv = 0x30,
  kOr = 0x40,
  kAnd = 0x50,
  kLsh = 0x60,
  kRsh = 0x70,
  kNeg = 0x80,
  kMod = 0x90,
  kXor = 0xa0,
  kMov = 0xb0,
  kArsh = 0xc0,
  kEnd = 0xd0,
};

// The upper four bits of jump opcodes that compare.
enum class JumpOp : uint8_t {
  kEq = 0x10,
  kGt = 0x20,
  kGe = 0x30,
  kSet = 0x40,
  kNe = 0x50,
  kSgt = 0x60,
  kSge = 0x70,
  kLt = 0xa0,
  kLe = 0xb0,
  kSlt = 0xc0,
  kSle = 0xd0,
};

template <std::unsigned_integral U>
constexpr U signed_div(U a, U b) {
  using S = std::make_signed_t<U>;
  if (b == 0) return 0;
  if (b == static_cast<U>(-1)) return U{0} - a;  // the lowest number stays itself
  return static_cast<U>(static_cast<S>(a) / static_cast<S>(b));
}

template <std::unsigned_integral U>
constexpr U signed_mod(U a, U b) {
  using S = std::make_signed_t<U>;
  if (b == 0) return a;
  if (b == static_cast<U>(-1)) return 0;
  return static_cast<U>(static_cast<S>(a) % static_cast<S>(b));
}

// `is_signed`: the division and modulo forms with off = 1.
template <std::unsigned_integral U>
constexpr U alu(AluOp op, bool is_signed, U a, U b) {
  constexpr U kCountMask = std::numeric_limits<U>::digits - 1;
  switch (op) {
    case AluOp::kAdd:
      return a + b;
    case AluOp::kSub:
      return a - b;
    case AluOp::kMul:
      return a * b;
    case AluOp::kDiv:
      return is_signed ? signed_div(a, b) : b == 0 ? U{0} : a / b;
    case AluOp::kOr:
      return a | b;
    case AluOp::kAnd:
      return a & b;
    case AluOp::kLsh:
      return a << (b & kCountMask);
    case AluOp::kRsh:
      return a >> (b & kCountMask);
    case AluOp::kNeg:
      return U{0} - a;
    case AluOp::kMod:
      return is_signed ? signed_mod(a, b) : b == 0 ? a : a % b;
    case AluOp::kXor:
      return a ^ b;
    case AluOp::kMov:
      return b;
    case AluOp::kArsh:
      return static_cast<U>(static_cast<std::make_signed_t<U>>(a) >> (b & kCountMask));
    case AluOp::kEnd:
      break;
  }
  return a;
}

template <std::unsigned_integral U>
constexpr bool jump_holds(JumpOp op, U a, U b) {
  using S = std::make_signed_t<U>;
  switch (op) {
    case JumpOp::kEq:
      return a == b;
    case JumpOp::kGt:
      return a > b;
    case JumpOp::kGe:
      return a >= b;
    case JumpOp::kSet:
      return (a & b) != 0;
    case JumpOp::kNe:
      return a != b;
    case JumpOp::kSgt:
      return static_cast<S>(a) > static_cast<S>(b);
    case JumpOp::kSge:
      return static_cast<S>(a) >= static_cast<S>(b);
    case JumpOp::kLt:
      return a < b;
    case JumpOp::kLe:
      return a <= b;
    case JumpOp::kSlt:
      return static_cast<S>(a) < static_cast<S>(b);
    case JumpOp::kSle:
      return static_cast<S>(a) <= static_cast<S>(b);
  }
  return false;
}

constexpr uint64_t sign_extend(uint64_t value, unsigned bits) {
  const unsigned unused = 64 - bits;
  return static_cast<uint64_t>(static_cast<int64_t>(value << unused) >> unused);
}

// The low `bits` (16, 32 or 64) of the value, in reverse byte order when `swap`; the rest is zero.
constexpr uint64_t to_endian(uint64_t value, int32_t bits, bool swap) {
  if (bits == 16)
    return swap ? base::byte_swap(static_cast<uint16_t>(value)) : static_cast<uint16_t>(value);
  if (bits == 32)
    return swap ? base::byte_swap(static_cast<uint32_t>(value)) : static_cast<uint32_t>(value);
  return swap ? base::byte_swap(value) : value;
}

}  // namespace ebpf
