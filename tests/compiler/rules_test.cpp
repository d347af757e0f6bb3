// The rules on visits made by hand: what the verifier never lets through, and how facts merge over visits.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/compiler/listener.h"

namespace {

using namespace test;

TEST(Rules, RefuseExtendedRegisters) {
  Listener listener({op(BPF_ALU64 | BPF_MOV | BPF_X, 11, 0, 0, 0)});
  EXPECT_EQ(listener.visit(0), "insn 0: [nfp] program uses extended registers - jit hardening?");
}

TEST(Rules, RefuseEventDataOfAnotherKindOnAnotherPath) {
  Listener listener({call(BPF_FUNC_perf_event_output)});
  listener.regs[3] = known(BPF_F_CURRENT_CPU);
  listener.regs[4] = pointer(RegType::kPacket);
  EXPECT_EQ(listener.visit(0), "");
  listener.regs[4] = pointer(RegType::kStack, -8);
  EXPECT_EQ(listener.visit(0), "insn 0: [nfp] event_output: ptr type changed: 8 6");
}

TEST(Rules, MergeRangesOverVisits) {
  Listener listener({alu64_reg(BPF_LSH, 1, 2)});
  listener.regs[1] = known(7);
  for (const uint64_t count : {5, 3, 9}) {
    listener.regs[2] = known(count);
    EXPECT_EQ(listener.visit(0), "");
  }
  const offload::InsnFacts facts = listener.facts(0);
  EXPECT_EQ(facts.src.min, 3u);
  EXPECT_EQ(facts.src.max, 9u);
  EXPECT_TRUE(facts.dst.is_constant());
}

TEST(Rules, KeepTheLastStackOffsetAndThatItVaries) {
  Listener listener({load(kBytes4, 1, 2, 0)});
  for (const int32_t off : {-8, -16}) {
    listener.regs[2] = pointer(RegType::kStack, off);
    EXPECT_EQ(listener.visit(0), "");
  }
  const offload::InsnFacts facts = listener.facts(0);
  EXPECT_TRUE(facts.ptr_not_const);
  EXPECT_EQ(facts.ptr.fixed_offset(), -16);
}

TEST(Rules, KnowWhetherAddendsFit16Bits) {
  const auto facts_of = [](std::initializer_list<uint64_t> addends) {
    Listener listener({atomic(kBytes8, 1, 0, 2, BPF_ADD)}, {array_map()});
    listener.regs[1] = pointer(RegType::kMapValue);
    for (const uint64_t addend : addends) {
      listener.regs[2] = known(addend);
      EXPECT_EQ(listener.visit(0), "");
    }
    const offload::InsnFacts facts = listener.facts(0);
    return std::pair(facts.xadd_over_16bit, facts.xadd_maybe_16bit);
  };
  EXPECT_EQ(facts_of({0xffff}), std::pair(false, true));
  EXPECT_EQ(facts_of({0x10000}), std::pair(true, false));
  EXPECT_EQ(facts_of({1, ~uint64_t{0}}), std::pair(true, true));
}

TEST(Rules, FirstAndOnlySmallAdjustmentOfTheHeadNeedsNoChecks) {
  const auto adjust_head = [](std::initializer_list<std::pair<uint32_t, int>> visits) {
    Listener listener({mov(0, 0), call(BPF_FUNC_xdp_adjust_head), call(BPF_FUNC_xdp_adjust_head)});
    for (const auto& [insn, delta] : visits) {
      listener.regs[2] = known(static_cast<uint64_t>(int64_t{delta}));
      EXPECT_EQ(listener.visit(insn), "");
    }
    ebpf::VerifiedProgram verified;
    verified.visited.resize(3);
    verified.zext.resize(3);
    verified.subprograms = {{0, 3, 0}};
    return listener.rules.finish(verified).adjust_head;
  };
  EXPECT_EQ(adjust_head({{1, 4}, {1, 4}}), 1u);
  EXPECT_EQ(adjust_head({{1, -64}}), 1u);
  EXPECT_EQ(adjust_head({{1, 46}}), 1u);
  EXPECT_EQ(adjust_head({{1, 47}}), offload::kAdjustHeadChecked);
  EXPECT_EQ(adjust_head({{1, -65}}), offload::kAdjustHeadChecked);
  EXPECT_EQ(adjust_head({{1, 4}, {1, 8}}), offload::kAdjustHeadChecked);
  EXPECT_EQ(adjust_head({{1, 4}, {2, 4}}), offload::kAdjustHeadChecked);
}

}  // namespace
