// Warnings of defects: each one has a program that meets it, and a neighbour that does not.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <climits>
#include <functional>
#include <ostream>
#include <string>

#include "offload-compiler/codegen/reciprocal.h"
#include "offload-compiler/compiler.h"
#include "tests/compiler/programs.h"

namespace {

using firmware::Capability;
using namespace test;

struct Warning {
  std::string name;
  ebpf::Program program;
  std::string text;  // of the one warning; empty: there is none
  std::function<void(Capability&)> firmware = [](Capability&) {};
};
void PrintTo(const Warning& warning, std::ostream* out) { *out << warning.name; }

Code copies(uint8_t size, std::initializer_list<int16_t> from, int16_t distance) {
  Code code;
  for (const int16_t off : from) {
    code.push_back(load(size, 5, 2, off));
    code.push_back(store(size, 2, static_cast<int16_t>(off + distance), 5));
  }
  return code;
}
const Code kReadR5 = {store(kBytes8, 10, -8, 5)};

std::vector<Warning> arithmetic() {
  const auto with_wide = [](const Code& body) {
    return xdp(with_packet(64, Code{load(kBytes8, 5, 2, 8)} + body));
  };
  const auto shift = [&](int32_t low_bit) {
    return with_wide({mov_reg(6, 5), alu64(BPF_AND, 6, 31), alu64(BPF_OR, 6, low_bit),
                      alu64_reg(BPF_LSH, 5, 6)});
  };
  const auto divide = [](int32_t divisor) {
    return xdp(with_unknown_byte({alu64(BPF_DIV, 5, divisor)}));
  };
  const auto skip = [&](uint8_t opcode, int32_t imm) {
    return with_wide({op(opcode, 5, 0, 1, imm), mov(6, 1), mov(6, 2)});
  };
  return {
      {"AddOfSmallest", with_wide({add(5, INT_MIN)}), "insn 6: B1: "},
      {"AddOfNextSmallest", with_wide({add(5, INT_MIN + 1)}), ""},
      {"CompareWithSmallest", skip(BPF_JMP | BPF_JSGE | BPF_K, INT_MIN), "insn 6: B1: "},
      {"CompareUnsigned32WithSmallest", skip(BPF_JMP32 | BPF_JGE | BPF_K, INT_MIN), ""},
      {"CompareSigned32WithSmallest", skip(BPF_JMP32 | BPF_JSLT | BPF_K, INT_MIN), "insn 6: B1: "},
      {"ShiftByMaybeZero", shift(0), "insn 9: B2: "},
      {"ShiftByOneAtLeast", shift(1), ""},
      {"DivideByOne", divide(1), "insn 6: B3: "},
      {"DivideBy28", divide(28), "insn 6: B3: "},
      {"DivideBy7", divide(7), ""},
      {"FramePointerStored", xdp(Code{mov(2, 1), store(kBytes8, 10, -8, 10)} + leave()),
       "insn 1: B9: "},
      {"FramePointerMoved", xdp(Code{mov_reg(2, 10)} + leave()), ""},
  };
}

std::vector<Warning> memory() {
  const auto maps = [] { return std::vector<ebpf::MapDef>{array_map()}; };
  const auto packet = [](const Code& body) { return xdp(with_packet(512, body)); };
  const auto legacy = [](int32_t offset) {
    return tc(Code{mov_reg(6, 1), op(BPF_LD | BPF_ABS | BPF_B, 0, 0, 0, offset)} + leave());
  };
  // r6 is r2 + 8 on the first path and r2 on the last.
  const Code pointers_of_paths = {load(kBytes1, 5, 2, 0),
                                  ebpf_test::jump_eq(5, 7, 3),
                                  mov_reg(6, 2),
                                  add(6, 8),
                                  op(BPF_JMP | BPF_JA, 0, 0, 1, 0),
                                  mov_reg(6, 2)};
  const auto odd_copy = [&](int16_t distance) {
    Code code;
    for (int16_t off = 0; off < 45; ++off) {
      code.push_back(load(kBytes1, 5, 2, off));
      code.push_back(store(kBytes1, 2, static_cast<int16_t>(off + distance), 5));
    }
    return code;
  };
  return {
      {"CopyOfWords", packet(copies(kBytes4, {0, 4}, 64) + kReadR5), "insn 5: B4: "},
      {"CopyOfWordsUnread", packet(copies(kBytes4, {0, 4}, 64)), ""},
      {"CopyOfBytesDown", packet(copies(kBytes1, {5, 4, 3}, 64) + kReadR5), "insn 5: B4: "},
      {"CopyOfBytesUp", packet(copies(kBytes1, {3, 4, 5}, 64) + kReadR5), ""},
      {"CopyTailFar", packet(odd_copy(220)), "insn 5: B5: "},
      {"CopyTailNear", packet(odd_copy(200)), ""},
      {"CopyOverlapsInPart", packet(copies(kBytes4, {0, 4}, 6) + mov(5, 1)),
       "insn 5: copy.overlap: the copy reads its last"},
      {"CopyOverlapsWhollyOrNot", packet(copies(kBytes4, {0, 4, 8}, 8) + mov(5, 1)), ""},
      {"CopyTurns", packet(copies(kBytes8, {0, 8, 0}, 64)),
       "insn 5: copy.turns: the copy's pairs change"},
      {"ReadSharedByDifferentPointers",
       packet(pointers_of_paths + Code{load(kBytes1, 0, 2, 0), load(kBytes1, 7, 6, 4)}),
       "insn 12: B14: "},
      {"ReadSharedByOnePointer",
       packet(pointers_of_paths + Code{load(kBytes1, 0, 2, 0), load(kBytes1, 7, 2, 4)}), ""},
      {"MapValueBefore", xdp(with_map_value({add(0, 8), load(kBytes4, 2, 0, -4)}), maps()),
       "insn 9: B7: "},
      {"MapValueBehind", xdp(with_map_value({load(kBytes4, 2, 0, 4)}), maps()), ""},
      {"PacketOffsetNegative", legacy(-4096), "insn 1: B10: "},
      {"PacketOffset", legacy(14), ""},
      {"StackAtOnce", xdp(Code{store(kBytes8, 10, -8, 1)} + leave()), "insn 0: B13: "},
      {"StackLater", xdp(Code{mov(2, 1), store(kBytes8, 10, -8, 2)} + leave()), ""},
  };
}

std::vector<Warning> helpers() {
  const auto head = [](int32_t delta) {
    return xdp(Code{mov(2, delta), call(BPF_FUNC_xdp_adjust_head)} + leave());
  };
  const std::vector<ebpf::MapDef> events = {
      ebpf_test::map_def("events", BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 4)};
  // A callee without a frame of its own looks up its caller's key, so far up that the driver takes it for its own bottom.
  const Code caller = {mov(2, 0), store(kBytes8, 10, -8, 2), mov_reg(2, 10), add(2, -4),
                       ebpf_test::call_local(2)};
  const Code callee =
      ebpf_test::load_map(1, 0) + Code{call(BPF_FUNC_map_lookup_elem), mov(0, 0), exit_insn()};
  return {
      {"KeyInCaller", xdp(caller + leave() + callee, {array_map()}), "B11: "},
      {"WindowTooFar", head(63),
       "insn 1: adjust_head.window: a bound of the firmware's adjust_head window",
       [](Capability& c) { c.adjust_head.off_max = 256; }},
      {"WindowInReach", head(63), "", [](Capability& c) { c.adjust_head.off_max = 255; }},
      {"WindowNotChecked", head(4), "", [](Capability& c) { c.adjust_head.off_max = 256; }},
      {"EventOutput",
       xdp(Code{mov(0, 0), store(kBytes8, 10, -8, 0), mov_reg(4, 10), add(4, -8), mov(5, 8),
                op(0xb4, 3, 0, 0, -1)} +
               ebpf_test::load_map(2, 0) + call(BPF_FUNC_perf_event_output) + leave(),
           events),
       "return codes and behavior of event_output helper differ for offload!"},
  };
}

std::vector<Warning> all_warnings() {
  std::vector<Warning> all;
  for (const auto& part : {arithmetic(), memory(), helpers()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

class Warned : public testing::TestWithParam<Warning> {};

TEST_P(Warned, OfWhatTheCardDoes) {
  const Warning& warning = GetParam();
  offload::Target target = *offload::parse_target("nfp/full");
  warning.firmware(target.capability);
  const auto image = offload::compile(warning.program, target);
  ASSERT_TRUE(image) << image.error().message;
  const size_t expected = warning.text.empty() ? 0 : 1;
  ASSERT_EQ(image->warnings.size(), expected) << testing::PrintToString(image->warnings);
  if (expected > 0) {
    EXPECT_NE(image->warnings[0].find(warning.text), std::string::npos) << image->warnings[0];
  }
}

INSTANTIATE_TEST_SUITE_P(All, Warned, testing::ValuesIn(all_warnings()),
                         [](const auto& param) { return param.param.name; });

// On the way over the jump, the addend has all bits; verification sees it on the other way alone, where it fits 16.
TEST(HiddenValues, AreWarnedOf) {
  const Code lookup = {mov(2, 0), store(kBytes4, 10, -4, 2), mov_reg(2, 10), add(2, -4)};
  const Code count = Code{load(kBytes8, 7, 2, 0), load(kBytes8, 8, 2, 8),
                          op(BPF_JMP | BPF_JGT | BPF_X, 7, 8, 1, 0), alu64(BPF_AND, 8, 0xff)} +
                     lookup + ebpf_test::load_map(1, 0) +
                     Code{call(BPF_FUNC_map_lookup_elem), ebpf_test::jump_eq(0, 0, 1),
                          atomic(kBytes8, 0, 0, 8, BPF_ADD)};
  const auto image = offload::compile(xdp(with_packet(64, count), {array_map()}),
                                      *offload::parse_target("nfp/full"));
  ASSERT_TRUE(image) << image.error().message;
  ASSERT_EQ(image->warnings.size(), 1u);
  EXPECT_EQ(image->warnings[0].find("insn 17: values.hidden: the kernel's verifier hides some"), 0u)
      << image->warnings[0];
}

TEST(Reciprocal, DividesAsTheHardwareDoes) {
  const uint32_t dividends[] = {0,   1,     2,     27,         28,         640,
                                641, 65535, 65536, 0x7fffffff, 0xfffffffe, 0xffffffff};
  for (uint32_t divisor = 2; divisor < 3000; ++divisor) {
    const offload::Reciprocal r = offload::reciprocal_of(divisor);
    for (const uint32_t x : dividends) {
      uint64_t quotient = uint64_t{x >> r.pre_shift} * r.multiplier >> 32;
      if (r.wide) quotient += x >> r.pre_shift;
      ASSERT_EQ(quotient >> r.post_shift, x / divisor) << x << " / " << divisor;
    }
  }
}

TEST(Reciprocal, KnowsTheDivisorsThatEndWithAShiftByZero) {
  for (const uint32_t divisor :
       {1u, 28u, 56u, 112u, 216u, 224u, 304u, 432u, 448u, 608u, 641u, 672u, 720u, 6700417u})
    EXPECT_TRUE(offload::ends_with_shift_by_zero(divisor)) << divisor;
  unsigned below_two_million = 0;
  for (uint32_t divisor = 2; divisor < 2'000'000; ++divisor)
    below_two_million += offload::ends_with_shift_by_zero(divisor) ? 1 : 0;
  EXPECT_EQ(below_two_million, 1304u);
}

}  // namespace
