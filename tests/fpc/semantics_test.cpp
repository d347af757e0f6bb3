// Operations against wider arithmetic of the host.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/semantics.h"

#include <gtest/gtest.h>

#include <random>

namespace fpc::semantics {
namespace {

constexpr int kRounds = 5'000;

// Random words with a taste for the edges.
class Numbers {
 public:
  uint32_t word() {
    constexpr uint32_t kEdges[] = {0, 1, 0x7fff'ffff, 0x8000'0000, 0xffff'ffff, 0xff, 0xffff};
    const uint32_t value = static_cast<uint32_t>(random_());
    return value % 4 == 0 ? kEdges[value / 4 % 7] : static_cast<uint32_t>(random_());
  }
  uint64_t wide() { return uint64_t{word()} << 32 | word(); }

 private:
  std::mt19937 random_{20240501};
};

uint32_t low(uint64_t value) { return static_cast<uint32_t>(value); }
uint32_t high(uint64_t value) { return static_cast<uint32_t>(value >> 32); }

TEST(Semantics, CarryChainAdds64Bits) {
  Numbers numbers;
  for (int i = 0; i < kRounds; ++i) {
    const uint64_t x = numbers.wide(), y = numbers.wide();
    const Sum first = add(low(x), low(y), true);
    const Sum second = add_carry(high(x), high(y), first.carry);
    ASSERT_EQ(uint64_t{second.value} << 32 | first.value, x + y);
    ASSERT_EQ(second.carry, x + y < x);
    int64_t sum = 0;
    const bool overflow =
        __builtin_add_overflow(static_cast<int64_t>(x), static_cast<int64_t>(y), &sum);
    ASSERT_EQ(second.overflow, overflow);
  }
}

TEST(Semantics, CarryChainSubtracts64BitsWithInvertedBorrow) {
  Numbers numbers;
  for (int i = 0; i < kRounds; ++i) {
    const uint64_t x = numbers.wide(), y = numbers.wide();
    const Sum first = sub(low(x), low(y), false);
    const Sum second = sub_carry(high(x), high(y), first.carry);
    ASSERT_EQ(uint64_t{second.value} << 32 | first.value, x - y);
    ASSERT_EQ(second.carry, x >= y);
    int64_t difference = 0;
    const bool overflow =
        __builtin_sub_overflow(static_cast<int64_t>(x), static_cast<int64_t>(y), &difference);
    ASSERT_EQ(second.overflow, overflow);
    const bool negative = (second.value >> 31) != 0;
    ASSERT_EQ(is_ge(negative, second.overflow), static_cast<int64_t>(x) >= static_cast<int64_t>(y));
  }
}

TEST(Semantics, OtherSumsAreAdditionsOfAPreparedOperand) {
  Numbers numbers;
  for (int i = 0; i < kRounds; ++i) {
    const uint32_t x = numbers.word(), y = numbers.word();
    ASSERT_EQ(add8(x, y, true).value, x + y % 256);
    ASSERT_EQ(add16(x, y, true).value, x + y % 65536);
    ASSERT_EQ(sub_ba(x, y, false).value, y - x);
    ASSERT_EQ(sub_ba(x, y, false).carry, y >= x);
    ASSERT_EQ(is_gt(sub(x, y, false).value >> 31, x == y, sub(x, y, false).overflow),
              static_cast<int32_t>(x) > static_cast<int32_t>(y));
  }
}

TEST(Semantics, FindFirstSetCountsZerosBelow) {
  EXPECT_EQ(find_first_set(7, 0), 0u);
  for (unsigned n = 0; n < 32; ++n) EXPECT_EQ(find_first_set(7, ~uint32_t{0} << n), n);
}

TEST(Semantics, ShiftsAgreeWith64BitShifts) {
  Numbers numbers;
  for (int i = 0; i < kRounds; ++i) {
    const uint32_t x = numbers.word(), y = numbers.word();
    const unsigned n = static_cast<unsigned>(i) % 32;
    const uint64_t twice = uint64_t{y} << 32 | y;
    ASSERT_EQ(rotate_right(x, y, n), low(twice >> n));
    ASSERT_EQ(shift_double(x, y, n), low((uint64_t{x} << 32 | y) >> n));
    ASSERT_EQ(shift_left(x, y, n), low(uint64_t{y} << n));
    ASSERT_EQ(shift_right(x, y, n), y >> n);
    const bool sign = (y >> 31) != 0;
    ASSERT_EQ(shift_arithmetic(y, n, sign), static_cast<uint32_t>(static_cast<int32_t>(y) >> n));
    ASSERT_EQ(shift_arithmetic(y, n, !sign) ^ shift_arithmetic(y, n, sign),
              low(~uint64_t{0} << (32 - n)));
  }
}

TEST(Semantics, MergeTakesTheLanesOfTheMask) {
  for (unsigned mask = 0; mask < 16; ++mask) {
    const uint32_t merged = merge(0x11223344, 0xaabbccdd, byte_lanes(mask));
    for (unsigned i = 0; i < 4; ++i) {
      const bool taken = ((mask >> i) & 1) != 0;
      EXPECT_EQ(byte_of(merged, i), byte_of(taken ? 0xaabbccdd : 0x11223344, i));
    }
  }
}

TEST(Semantics, MulDigitsAddUpToTheProduct) {
  Numbers numbers;
  for (int i = 0; i < kRounds; ++i) {
    const uint32_t x = numbers.word(), y = numbers.word();
    uint64_t product = 0;
    for (unsigned step = 0; step < 4; ++step) product += mul_digit(x, y, step);
    ASSERT_EQ(product, uint64_t{x} * y);
  }
}

TEST(Semantics, AddressesWrapAtTheirWidth) {
  EXPECT_EQ(address40(0xffff'ffff, 0x100), 0u);
  EXPECT_EQ(address40(0x8000'0000, 0xffff'ffff), 0x80'0000'0000u + 0xffff'ffffu);
  EXPECT_EQ(address32(0xffff'ffff, 2), 1u);
}

}  // namespace
}  // namespace fpc::semantics
