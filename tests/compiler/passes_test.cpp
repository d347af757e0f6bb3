// The passes on small programs: what each skips and changes, and what it must leave alone.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/passes/passes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <climits>

#include "offload-compiler/passes/register_use.h"
#include "tests/compiler/programs.h"

namespace {

using namespace test;
using ebpf::RegType;
using offload::Plan;
using offload::Skip;

const ebpf::Insn kSkipOne = op(BPF_JMP | BPF_JA, 0, 0, 1, 0);
constexpr auto kByteAt = [](int32_t offset) {
  return op(BPF_LD | BPF_ABS | BPF_B, 0, 0, 0, offset);
};
constexpr auto kWordAt = [](int32_t offset) {
  return op(BPF_LD | BPF_ABS | BPF_W, 0, 0, 0, offset);
};

// Everything is reached, loads and stores are those of one packet pointer.
Plan plan_of(const Code& code, std::initializer_list<uint32_t> dead = {}) {
  offload::ProgramFacts facts;
  facts.insns.resize(code.size());
  facts.frames = {{0, static_cast<uint32_t>(code.size()), 0, false}};
  for (auto& insn : facts.insns) {
    insn.visited = true;
    insn.ptr.type = RegType::kPacket;
  }
  for (const uint32_t insn : dead) facts.insns[insn].visited = false;
  return offload::make_plan(xdp(code), facts);
}

std::vector<uint32_t> skipped(const Plan& plan, Skip why) {
  std::vector<uint32_t> insns;
  for (uint32_t i = 0; i < plan.insns.size(); ++i)
    if (plan.insns[i].skip == why) insns.push_back(i);
  return insns;
}

using Insns = std::vector<uint32_t>;

TEST(RemoveDeadCode, SkipsWhatIsNeverReached) {
  // Always taken: the comparison stays.
  Plan plan =
      plan_of({ebpf_test::jump_eq(1, 5, 1), mov(0, 1), mov(0, 2), mov(0, 3), exit_insn()}, {1});
  remove_dead_code(plan);
  EXPECT_EQ(skipped(plan, Skip::kVerifier), (Insns{0, 1}));
  plan = plan_of({ebpf_test::jump_eq(1, 5, 2), mov(0, 1), exit_insn(), mov(0, 3), exit_insn()},
                 {3, 4});
  remove_dead_code(plan);
  EXPECT_EQ(skipped(plan, Skip::kVerifier), (Insns{0, 3, 4}));
}

TEST(RemoveDeadCode, KeepsAFoldedJumpThatStillLeapsOverLiveCode) {
  const Code code = {op(BPF_JMP | BPF_JA, 0, 0, 2, 0), mov(0, 1), exit_insn(),
                     ebpf_test::jump_eq(1, 5, -3),     mov(0, 2), exit_insn()};
  Plan plan = plan_of(code, {4, 5});
  remove_dead_code(plan);
  EXPECT_EQ(skipped(plan, Skip::kVerifier), (Insns{4, 5}));
}

TEST(RemoveDeadCode, SkipsJumpsToTheNextInstruction) {
  Plan plan = plan_of({op(BPF_JMP | BPF_JA, 0, 0, 0, 0), kSkipOne, mov(0, 1), exit_insn()}, {2});
  remove_dead_code(plan);
  EXPECT_EQ(skipped(plan, Skip::kVerifier), (Insns{0, 1, 2}));
}

TEST(NumberMaps, ReplacesIndicesByTableIds) {
  Plan plan = plan_of(ebpf_test::load_map(1, 1) + ebpf_test::wide(2, 1) + exit_insn());
  plan.map_ids = {0, 7};
  number_maps(plan);
  EXPECT_EQ(plan.insns[0].insn.imm, 7);
  EXPECT_EQ(plan.insns[2].insn.imm, 1);
}

TEST(SkipRegisterSetup, EndsAtTheFirstOtherInstruction) {
  const ebpf::Insn clear = alu64_reg(BPF_XOR, 0, 0), copy = mov_reg(6, 1);
  Plan plan = plan_of({clear, copy, mov(0, 1), copy, exit_insn()});
  skip_register_setup(plan);
  EXPECT_EQ(skipped(plan, Skip::kCombined), (Insns{1}));
}

TEST(NegateImmediates, TurnsWhatHasAnOpposite) {
  Plan plan = plan_of({add(1, -4), alu64(BPF_SUB, 1, -4), alu64(BPF_AND, 1, -4),
                       op(BPF_JMP | BPF_JSLT | BPF_K, 1, 0, 0, -5),
                       op(BPF_JMP | BPF_JGT | BPF_K, 1, 0, 0, -5), add(1, INT_MIN), exit_insn()});
  negate_immediates(plan);
  EXPECT_EQ(plan.insns[0].insn, alu64(BPF_SUB, 1, 4));
  EXPECT_EQ(plan.insns[1].insn, add(1, 4));
  EXPECT_EQ(plan.insns[2].insn, alu64(BPF_AND, 1, -4));
  EXPECT_EQ(plan.insns[3].insn.imm, 5);
  EXPECT_TRUE(plan.insns[3].negated_compare);
  EXPECT_EQ(plan.insns[4].insn.imm, -5);
  EXPECT_FALSE(plan.insns[4].negated_compare);
  EXPECT_EQ(plan.insns[5].insn, alu64(BPF_SUB, 1, INT_MIN));
}

TEST(SkipLoadMasks, SkipsTheMaskOfTheWholeLoadUnlessSomethingBranchesThere) {
  const ebpf::Insn mask = alu64(BPF_AND, 0, 0xff);
  Plan plan = plan_of({kByteAt(3), mask, kByteAt(3), alu64(BPF_AND, 0, 0x7f), kSkipOne, kByteAt(3),
                       mask, exit_insn()});
  skip_load_masks(plan);
  EXPECT_EQ(skipped(plan, Skip::kCombined), (Insns{1}));
}

TEST(SkipLoadShifts, SkipsThePairUnlessSomethingBranchesIntoIt) {
  const ebpf::Insn left = alu64(BPF_LSH, 0, 32), right = alu64(BPF_RSH, 0, 32);
  Plan plan = plan_of({kWordAt(4), left, right, kWordAt(4), right, left, kByteAt(4), left, right,
                       kSkipOne, kWordAt(4), left, right, exit_insn()});
  skip_load_shifts(plan);
  EXPECT_EQ(skipped(plan, Skip::kCombined), (Insns{1, 2, 4, 5}));
}

Code pairs(std::initializer_list<int16_t> offsets, int16_t distance = 64) {
  Code code;
  for (const int16_t off : offsets)
    code = code + load(kBytes8, 4, 2, off) +
           store(kBytes8, 3, static_cast<int16_t>(off + distance), 4);
  return code + mov(0, 2) + exit_insn();
}

TEST(GatherCopies, JoinsNeighboursInEitherDirection) {
  Plan plan = plan_of(pairs({0, 8, 16}));
  gather_copies(plan);
  EXPECT_EQ(plan.insns[0].copy_bytes, 24);
  EXPECT_EQ(plan.insns[0].copy_store, 1u);
  EXPECT_EQ(skipped(plan, Skip::kCombined), (Insns{1, 2, 3, 4, 5}));
  plan = plan_of(pairs({16, 8, 0}));
  gather_copies(plan);
  EXPECT_EQ(plan.insns[0].copy_bytes, -24);
  EXPECT_EQ(plan.insns[0].insn.off, 0);
  EXPECT_EQ(plan.insns[1].insn.off, 64);
}

TEST(GatherCopies, LeavesSinglePairsAlone) {
  Plan plan = plan_of(pairs({0, 16, 40}));
  gather_copies(plan);
  EXPECT_TRUE(skipped(plan, Skip::kCombined).empty());
  EXPECT_TRUE(std::ranges::all_of(plan.insns, [](const auto& i) { return i.copy_bytes == 0; }));
}

TEST(GatherCopies, StopsWhereLoadsBeginInWhatStoresWrote) {
  Plan plan = plan_of(pairs({0, 8, 16, 24}, 16));
  gather_copies(plan);
  EXPECT_EQ(plan.insns[0].copy_bytes, 16);
  EXPECT_EQ(plan.insns[4].copy_bytes, 16);
}

TEST(CachePacketLoads, SharesReadsOfUpTo64Bytes) {
  Plan plan = plan_of({load(kBytes1, 4, 2, 10), load(kBytes8, 5, 2, 0), load(kBytes4, 4, 2, 60),
                       load(kBytes4, 4, 2, 64), exit_insn()});
  cache_packet_loads(plan);
  for (const uint32_t insn : {0, 1, 2}) {
    EXPECT_EQ(plan.insns[insn].cache.start, 0);
    EXPECT_EQ(plan.insns[insn].cache.end, 64);
    EXPECT_EQ(plan.insns[insn].cache.reads, insn == 0);
  }
  EXPECT_TRUE(plan.insns[3].cache.reads);
}

TEST(CachePacketLoads, StartsAnewWhereSomethingMayHaveChanged) {
  const auto reads_after = [](const ebpf::Insn& between) {
    Plan plan = plan_of({load(kBytes1, 4, 2, 0), between, load(kBytes1, 4, 2, 1), exit_insn()});
    cache_packet_loads(plan);
    return plan.insns[2].cache.reads;
  };
  EXPECT_FALSE(reads_after(mov(5, 1)));
  EXPECT_FALSE(reads_after(ebpf_test::jump_eq(5, 1, 1)));
  EXPECT_TRUE(reads_after(store(kBytes1, 2, 0, 5)));
  EXPECT_TRUE(reads_after(call(BPF_FUNC_get_prandom_u32)));
  EXPECT_TRUE(reads_after(kByteAt(2)));
  EXPECT_TRUE(reads_after(ebpf_test::jump_eq(5, 1, 0)));
}

TEST(RegisterUse, FollowsBranchesToAReadBeforeAWrite) {
  const Plan plan =
      plan_of({ebpf_test::jump_eq(1, 5, 2), mov(4, 1), mov_reg(0, 4), mov_reg(0, 3), exit_insn()});
  const offload::LiveRegisters live(plan);
  EXPECT_FALSE(live.is_read_from(0, 4));
  EXPECT_TRUE(live.is_read_from(2, 4));
  EXPECT_TRUE(live.is_read_from(0, 3));
  EXPECT_FALSE(live.is_read_from(0, 0));
  EXPECT_TRUE(live.is_read_from(4, 0));
}

}  // namespace
