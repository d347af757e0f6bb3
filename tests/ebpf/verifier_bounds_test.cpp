// What the verifier concludes of numbers holds for the numbers: bounds follow concrete values through random computations.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include "base/rng.h"
#include "offload-compiler/ebpf/verifier/bounds.h"
#include "offload-compiler/ebpf/verifier/branch.h"
#include "offload-compiler/ebpf/verifier/scalar_alu.h"

namespace ebpf {
namespace {

// A number and what is known of it.
struct Known {
  uint64_t value = 0;
  Bounds bounds;

  bool holds() const {
    const auto low = static_cast<uint32_t>(value);
    const auto word = static_cast<int64_t>(value);
    const auto half = static_cast<int32_t>(low);
    return tnum::contains(bounds.var_off, tnum::constant(value)) && bounds.umin <= value &&
           value <= bounds.umax && bounds.smin <= word && word <= bounds.smax &&
           bounds.u32_min <= low && low <= bounds.u32_max && bounds.s32_min <= half &&
           half <= bounds.s32_max;
  }
};

uint64_t run_alu(uint8_t op, bool is_32bit, uint64_t a, uint64_t b) {
  const unsigned bits = is_32bit ? 32 : 64;
  if (is_32bit) {
    a = static_cast<uint32_t>(a);
    b = static_cast<uint32_t>(b);
  }
  uint64_t out = 0;
  switch (op) {
    case BPF_ADD:
      out = a + b;
      break;
    case BPF_SUB:
      out = a - b;
      break;
    case BPF_MUL:
      out = a * b;
      break;
    case BPF_DIV:
      out = b == 0 ? 0 : a / b;
      break;
    case BPF_MOD:
      out = b == 0 ? a : a % b;
      break;
    case BPF_OR:
      out = a | b;
      break;
    case BPF_AND:
      out = a & b;
      break;
    case BPF_XOR:
      out = a ^ b;
      break;
    case BPF_LSH:
      out = a << (b % bits);
      break;
    case BPF_RSH:
      out = a >> (b % bits);
      break;
    default:
      out = is_32bit ? static_cast<uint32_t>(static_cast<int32_t>(a) >> (b % bits))
                     : static_cast<uint64_t>(static_cast<int64_t>(a) >> (b % bits));
  }
  return is_32bit ? static_cast<uint32_t>(out) : out;
}

template <typename U, typename S>
bool compare(uint8_t op, U a, U b) {
  switch (op) {
    case BPF_JEQ:
      return a == b;
    case BPF_JNE:
      return a != b;
    case BPF_JSET:
      return (a & b) != 0;
    case BPF_JGT:
      return a > b;
    case BPF_JGE:
      return a >= b;
    case BPF_JLT:
      return a < b;
    case BPF_JLE:
      return a <= b;
    case BPF_JSGT:
      return static_cast<S>(a) > static_cast<S>(b);
    case BPF_JSGE:
      return static_cast<S>(a) >= static_cast<S>(b);
    case BPF_JSLT:
      return static_cast<S>(a) < static_cast<S>(b);
    default:
      return static_cast<S>(a) <= static_cast<S>(b);
  }
}

bool run_compare(uint8_t op, bool is_32bit, uint64_t a, uint64_t b) {
  if (is_32bit)
    return compare<uint32_t, int32_t>(op, static_cast<uint32_t>(a), static_cast<uint32_t>(b));
  return compare<uint64_t, int64_t>(op, a, b);
}

constexpr uint8_t kAlu[] = {BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_MOD, BPF_OR,
                            BPF_AND, BPF_XOR, BPF_LSH, BPF_RSH, BPF_ARSH};
constexpr uint8_t kJump[] = {BPF_JEQ, BPF_JNE,  BPF_JSET, BPF_JGT,  BPF_JGE, BPF_JLT,
                             BPF_JLE, BPF_JSGT, BPF_JSGE, BPF_JSLT, BPF_JSLE};

class Walk {
 public:
  explicit Walk(uint64_t seed) : rng_(seed) {}

  // One random step on one of four numbers; a description of it.
  std::string step() {
    Known& dst = numbers_[rng_.below(4)];
    Known& src = numbers_[rng_.below(4)];
    const bool is_32bit = rng_.below(2) == 0;
    switch (rng_.below(10)) {
      case 0:
        return restart(dst);
      case 1:
        return extend(dst);
      case 2:
      case 3:
      case 4:
        return branch_on_constant(dst, is_32bit);
      case 5:
        return branch_on_register(dst, src);
      default:
        return alu(dst, src, is_32bit);
    }
  }

  bool holds() const {
    return std::all_of(std::begin(numbers_), std::end(numbers_),
                       [](const Known& number) { return number.holds(); });
  }

 private:
  // Numbers near the edges of every width.
  uint64_t edge() {
    constexpr uint64_t kEdges[] = {0,
                                   1,
                                   7,
                                   31,
                                   32,
                                   63,
                                   64,
                                   0x7f,
                                   0xff,
                                   0x7fff,
                                   0xffff,
                                   0x7fffffff,
                                   0x80000000,
                                   0xffffffff,
                                   0x100000000,
                                   0x7fffffffffffffff,
                                   0x8000000000000000,
                                   ~uint64_t{0}};
    if (rng_.below(3) == 0) return rng_.next() >> rng_.below(64);
    return kEdges[rng_.below(std::size(kEdges))] + rng_.below(3) - 1;
  }

  std::string restart(Known& dst) {
    dst.value = edge();
    dst.bounds = Bounds{};
    if (rng_.below(3) == 0) dst.bounds = Bounds::constant(dst.value);
    return fmt::format("value {:#x}", dst.value);
  }

  std::string extend(Known& dst) {
    const unsigned size = 1u << rng_.below(3);
    if (rng_.below(2) == 0) {
      dst.bounds.truncate(size);
      if (size == 4) dst.bounds.derive32_from64();
      dst.value &= (uint64_t{1} << (8 * size)) - 1;
      return fmt::format("truncate to {}", size);
    }
    dst.bounds.sign_extend(8 * size);
    const unsigned shift = 64 - 8 * size;
    dst.value = static_cast<uint64_t>(static_cast<int64_t>(dst.value << shift) >> shift);
    return fmt::format("sign-extend from {}", size);
  }

  std::string alu(Known& dst, const Known& src, bool is_32bit) {
    const uint8_t op = kAlu[rng_.below(std::size(kAlu))];
    Known by = src;
    if (rng_.below(2) == 0) {
      by.value = edge();
      by.bounds = Bounds::constant(by.value);
    }
    dst.bounds = scalar_alu(op, is_32bit, dst.bounds, by.bounds);
    dst.value = run_alu(op, is_32bit, dst.value, by.value);
    return fmt::format("alu {:#x} 32bit {} by {:#x}", op, is_32bit, by.value);
  }

  std::string branch_on_constant(Known& dst, bool is_32bit) {
    const uint8_t op = kJump[rng_.below(std::size(kJump))];
    const uint64_t value = rng_.below(3) == 0 ? dst.value + rng_.below(3) - 1 : edge();
    const bool outcome = run_compare(op, is_32bit, dst.value, value);
    const std::string text = fmt::format("branch {:#x} 32bit {} on {:#x}", op, is_32bit, value);
    if (const auto known = branch_outcome(op, is_32bit, dst.bounds, value)) {
      EXPECT_EQ(*known, outcome) << text << " of " << dst.value;
      return text;
    }
    Bounds taken = dst.bounds, other = dst.bounds;
    refine_by_constant(op, is_32bit, value, taken, other);
    dst.bounds = outcome ? taken : other;
    return text;
  }

  std::string branch_on_register(Known& dst, Known& src) {
    if (dst.value == src.value && &dst != &src) refine_by_equality(dst.bounds, src.bounds);
    return "equality";
  }

  base::Rng rng_;
  Known numbers_[4];
};

TEST(VerifierBounds, HoldForTheNumbersTheyDescribe) {
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    Walk walk(seed);
    for (int i = 0; i < 100; ++i) {
      const std::string step = walk.step();
      ASSERT_TRUE(walk.holds()) << "seed " << seed << " step " << i << ": " << step;
    }
  }
}

// Sets of small tnums are enumerated: no operation loses a number.
TEST(VerifierBounds, TristateNumbersLoseNoResult) {
  constexpr unsigned kBits = 4;
  const auto members = [](Tnum t) {
    std::vector<uint64_t> out;
    for (uint64_t v = 0; v < (1u << kBits); ++v) {
      if (tnum::contains(t, tnum::constant(v))) out.push_back(v);
    }
    return out;
  };
  for (uint64_t bits = 0; bits < (1u << (4 * kBits)); ++bits) {
    const Tnum a{bits & 15, bits >> 4 & 15}, b{bits >> 8 & 15, bits >> 12 & 15};
    if ((a.value & a.mask) != 0 || (b.value & b.mask) != 0) continue;
    for (const uint64_t x : members(a)) {
      for (const uint64_t y : members(b)) {
        ASSERT_TRUE(tnum::contains(tnum::add(a, b), tnum::constant(x + y)));
        ASSERT_TRUE(tnum::contains(tnum::sub(a, b), tnum::constant(x - y)));
        ASSERT_TRUE(tnum::contains(tnum::mul(a, b), tnum::constant(x * y)));
        ASSERT_TRUE(tnum::contains(tnum::bit_and(a, b), tnum::constant(x & y)));
        ASSERT_TRUE(tnum::contains(tnum::bit_or(a, b), tnum::constant(x | y)));
        ASSERT_TRUE(tnum::contains(tnum::bit_xor(a, b), tnum::constant(x ^ y)));
      }
    }
  }
}

TEST(VerifierBounds, ARangeBecomesTheSmallestTristateNumber) {
  EXPECT_EQ(tnum::range(4, 7), (Tnum{4, 3}));
  EXPECT_EQ(tnum::range(5, 5), (Tnum{5, 0}));
  EXPECT_EQ(tnum::range(0, ~uint64_t{0}), tnum::unknown());
  EXPECT_EQ(tnum::to_string({0x10, 0xf}), "(0x10; 0xf)");
}

}  // namespace
}  // namespace ebpf
