// The rules on visits made by hand: what the verifier never lets through, and how facts merge over visits.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/nfp/rules.h"

#include <gtest/gtest.h>

#include "offload-compiler/compiler.h"
#include "tests/compiler/programs.h"

namespace {

using namespace test;
using ebpf::RegState;
using ebpf::RegType;

RegState known(uint64_t value) {
  RegState reg;
  reg.type = RegType::kScalar;
  reg.var_off = {value, 0};
  reg.umin = reg.umax = value;
  return reg;
}

RegState pointer(RegType type, int32_t off = 0) {
  RegState reg;
  reg.type = type;
  reg.off = off;
  reg.var_off = {0, 0};
  return reg;
}

// Rules of one program, and registers that each visit shows.
struct Listener {
  explicit Listener(Code code, std::vector<ebpf::MapDef> maps = {})
      : program(xdp(std::move(code), std::move(maps))),
        capability(offload::parse_target("nfp/full")->capability),
        rules(program, capability) {}

  std::string visit(uint32_t insn) {
    ebpf::Visit visit;
    visit.insn = insn;
    visit.regs = regs;
    visit.program = &program;
    visit.stack_byte_is_zero = {nullptr, [](const void*, uint32_t, int32_t) { return false; }};
    const auto answer = rules.check(visit);
    return answer ? "" : answer.error().message;
  }

  offload::InsnFacts facts(uint32_t insn) {
    ebpf::VerifiedProgram verified;
    verified.visited.resize(program.insns.size());
    verified.zext.resize(program.insns.size());
    verified.subprograms = {{0, static_cast<uint32_t>(program.insns.size()), 0}};
    return rules.finish(verified).insns[insn];
  }

  ebpf::Program program;
  firmware::Capability capability;
  RegState regs[11];
  offload::Rules rules;
};

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
