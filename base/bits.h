// Bit fields and byte order on plain integers.
// SPDX-License-Identifier: Apache-2.0
//
//   extract<35, 31>(word)          bits 35..31 as a number
//   deposit<35, 31>(word, 0x14)    word with those bits replaced
#pragma once

#include <concepts>
#include <cstdint>
#include <cstring>

namespace base {

template <unsigned kHigh, unsigned kLow>
constexpr uint64_t field_mask() {
  static_assert(kHigh < 64 && kLow <= kHigh);
  return (~uint64_t{0} >> (63 - (kHigh - kLow))) << kLow;
}

template <unsigned kHigh, unsigned kLow>
constexpr uint64_t extract(uint64_t word) {
  return (word & field_mask<kHigh, kLow>()) >> kLow;
}

template <unsigned kHigh, unsigned kLow>
constexpr uint64_t deposit(uint64_t word, uint64_t value) {
  return (word & ~field_mask<kHigh, kLow>()) | ((value << kLow) & field_mask<kHigh, kLow>());
}

constexpr uint64_t bit(unsigned n) { return uint64_t{1} << n; }

constexpr uint64_t round_up(uint64_t value, uint64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

constexpr uint16_t byte_swap(uint16_t v) { return __builtin_bswap16(v); }
constexpr uint32_t byte_swap(uint32_t v) { return __builtin_bswap32(v); }
constexpr uint64_t byte_swap(uint64_t v) { return __builtin_bswap64(v); }

// Unaligned loads and stores; the host is little endian (asserted below).
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "hosts are little endian");

template <std::unsigned_integral T>
T load_le(const void* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}
template <std::unsigned_integral T>
T load_be(const void* from) {
  return byte_swap(load_le<T>(from));
}
template <std::unsigned_integral T>
void store_le(void* to, T value) {
  std::memcpy(to, &value, sizeof value);
}
template <std::unsigned_integral T>
void store_be(void* to, T value) {
  store_le(to, byte_swap(value));
}

}  // namespace base
