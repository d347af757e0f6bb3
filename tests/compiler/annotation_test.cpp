// Listings of compiled programs: every word in one place, removed instructions with the pass that removed them.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/annotation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "offload-compiler/passes/passes.h"
#include "tests/compiler/programs.h"

namespace {

using namespace test;
using offload::AnnotatedInsn;
using offload::Annotation;

offload::Compilation compiled(const ebpf::Program& program) {
  auto result = offload::compile_in_full(program, *offload::parse_target("nfp/full"));
  EXPECT_TRUE(result) << result.error().text();
  return std::move(result.value());
}

std::vector<AnnotatedInsn> insns_of(const Annotation& listing) {
  std::vector<AnnotatedInsn> insns;
  for (const auto& function : listing.functions)
    for (const auto& line : function.lines)
      insns.insert(insns.end(), line.insns.begin(), line.insns.end());
  return insns;
}

std::string removed_by(const AnnotatedInsn& insn) {
  return insn.removed_by == nullptr ? "" : insn.removed_by->name;
}

TEST(Annotation, HasEveryWordOnceAndInOrder) {
  const offload::Compilation program = compiled(xdp(with_packet(
      64, Code{load(kBytes4, 5, 2, 12), alu64(BPF_ADD, 5, -3), store(kBytes4, 2, 20, 5)})));
  const Annotation listing = offload::annotate(program);
  std::vector<uint32_t> addresses;
  const auto collect = [&](const std::vector<offload::AnnotatedWord>& words) {
    for (const auto& word : words) addresses.push_back(word.address);
  };
  for (const auto& part : listing.entry) collect(part.words);
  for (const auto& insn : insns_of(listing)) collect(insn.words);
  for (const auto& part : listing.exits) collect(part.words);
  ASSERT_EQ(addresses.size(), program.image.words.size());
  for (uint32_t i = 0; i < addresses.size(); ++i) EXPECT_EQ(addresses[i], i);
  EXPECT_EQ(listing.program.words, program.image.words.size());
  EXPECT_EQ(listing.program.packet_commands, 2u);
}

TEST(Annotation, ASixtyFourBitConstantIsOneInstruction) {
  const Code code =
      Code{mov(1, 0), op(BPF_LD | BPF_IMM | BPF_DW, 2, 0, 0, 2), op(0, 0, 0, 0, 1)} + leave();
  const std::vector<AnnotatedInsn> insns = insns_of(offload::annotate(compiled(xdp(code))));
  ASSERT_EQ(insns.size(), 4u);
  EXPECT_EQ(insns[1].insn, 1u);
  EXPECT_EQ(insns[1].total.words, 2u);
  EXPECT_EQ(insns[2].insn, 3u);
}

TEST(Annotation, SaysWhichPassRemovedAnInstructionAndWhy) {
  // Always taken, so that the next instruction is dead; the last jump goes nowhere.
  const Code code = {mov(1, 5), ebpf_test::jump_eq(1, 5, 1),
                     mov(0, 7), op(BPF_JMP | BPF_JA, 0, 0, 0, 0),
                     mov(0, 2), exit_insn()};
  const std::vector<AnnotatedInsn> insns = insns_of(offload::annotate(compiled(xdp(code))));
  ASSERT_EQ(insns.size(), code.size());
  EXPECT_EQ(removed_by(insns[2]), "dead-code");
  EXPECT_EQ(insns[2].note, "never reached");
  EXPECT_EQ(insns[2].total.words, 0u);
  EXPECT_EQ(removed_by(insns[3]), "dead-code");
  EXPECT_EQ(insns[3].note, "goes on to the next instruction");
  EXPECT_EQ(removed_by(insns[4]), "");
}

TEST(Annotation, CopiesHaveTheirWordsAtTheFirstLoad) {
  const std::vector<AnnotatedInsn> insns = insns_of(offload::annotate(compiled(
      xdp(with_packet(64, Code{load(kBytes4, 5, 2, 0), store(kBytes4, 2, 32, 5),
                               load(kBytes4, 5, 2, 4), store(kBytes4, 2, 36, 5), mov(0, 1)})))));
  EXPECT_EQ(insns[5].note, "gather-copies: copies 8 bytes");
  EXPECT_EQ(insns[5].total.packet_commands, 2u);
  for (const uint32_t merged : {6u, 7u, 8u}) {
    EXPECT_EQ(removed_by(insns[merged]), "gather-copies");
    EXPECT_EQ(insns[merged].total.words, 0u);
  }
}

TEST(Annotation, ExitsAndRoutinesAreApart) {
  const Annotation listing =
      offload::annotate(compiled(xdp(with_map_value(Code{load(kBytes4, 6, 0, 0)}), {array_map()})));
  std::vector<std::string> names;
  for (const auto& part : listing.exits) names.push_back(part.name);
  EXPECT_THAT(names, testing::ElementsAre("abort", "out", "pad"));
  names.clear();
  for (const auto& part : listing.routines) names.push_back(part.name);
  EXPECT_THAT(names, testing::ElementsAre("map_common", "map_lookup"));
  EXPECT_EQ(listing.program.map_commands, 1u);
  EXPECT_GT(listing.called.words, 0u);
}

}  // namespace
