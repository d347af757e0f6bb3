// The lowering against the golden vectors: same words, relocations, exits and instruction boundaries.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "fpc/insn.h"
#include "offload-compiler/codegen/lower.h"
#include "offload-compiler/nfp/frames.h"
#include "offload-compiler/nfp/opcode.h"
#include "offload-compiler/passes/passes.h"
#include "tests/compiler/golden_file.h"

namespace {

using offload::InsnFacts;
using test::GoldenCase;
using test::GoldenInsn;

// Cases that we do not reach, by name, with the reason. A listed case that passes fails the test.
const std::map<std::string, std::string> kNotReached = {
    {"st_imm_pkt_as_verifier_leaves_it", "the file records no program; StoreOfImmediate has one"},
};

constexpr size_t kCases = 451;
constexpr size_t kWords = 3582;

const std::map<std::string, unsigned> kRelocations = {
    {"-", 0},      {"BR_REL", 1},      {"BR_GO_OUT", 2}, {"BR_GO_ABORT", 3}, {"BR_PUSH", 4},
    {"BR_POP", 5}, {"BR_NEXT_PKT", 6}, {"BR_HELPER", 7}, {"IMMED_REL", 8},
};

InsnFacts facts_of(const GoldenInsn& golden) {
  const auto get = [&](const char* key, int64_t otherwise) {
    const auto found = golden.meta.find(key);
    return found == golden.meta.end() ? otherwise : found->second;
  };
  InsnFacts facts;
  facts.visited = true;
  facts.zext = get("zext", 0) != 0;
  facts.ptr.type = static_cast<ebpf::RegType>(get("ptr_type", 0));
  facts.ptr.off = static_cast<int32_t>(get("ptr_off", 0));
  facts.ptr.id = static_cast<uint32_t>(get("ptr_id", 0));
  facts.ptr_not_const = get("ptr_not_const", 0) != 0;
  facts.caller_frame = get("caller_frame", 0) != 0;
  facts.xadd_over_16bit = get("xover", 0) != 0;
  facts.xadd_maybe_16bit = get("xmaybe", 0) != 0;
  facts.src = {static_cast<uint64_t>(get("umin_src", 0)),
               static_cast<uint64_t>(get("umax_src", -1))};
  facts.dst = {static_cast<uint64_t>(get("umin_dst", 0)),
               static_cast<uint64_t>(get("umax_dst", -1))};
  facts.key.type = static_cast<ebpf::RegType>(get("arg2_type", 0));
  facts.key.off = static_cast<int32_t>(get("arg2_off", 0));
  facts.data_type = static_cast<ebpf::RegType>(get("arg1_type", 0));
  return facts;
}

std::vector<ebpf::Subprogram> subprograms_of(const std::vector<ebpf::Insn>& insns) {
  std::vector<uint32_t> starts = {0};
  for (uint32_t i = 0; i < insns.size(); ++i)
    if (offload::is_local_call(insns[i]))
      starts.push_back(i + 1 + static_cast<uint32_t>(insns[i].imm));
  std::vector<ebpf::Subprogram> subprograms;
  for (size_t s = 0; s < starts.size(); ++s) {
    const auto end = s + 1 < starts.size() ? starts[s + 1] : static_cast<uint32_t>(insns.size());
    subprograms.push_back({starts[s], end, 0});
  }
  return subprograms;
}

offload::Plan plan_of(const GoldenCase& golden) {
  ebpf::Program program;
  program.type = golden.type == "XDP" ? ebpf::ProgType::kXdp : ebpf::ProgType::kSchedCls;
  offload::ProgramFacts facts;
  for (const GoldenInsn& insn : golden.insns) {
    program.insns.push_back(insn.insn);
    facts.insns.push_back(facts_of(insn));
  }
  facts.frames = offload::lay_out_frames(program.insns, subprograms_of(program.insns));
  EXPECT_EQ(facts.frames.size(), golden.depths.size());
  for (size_t f = 0; f < facts.frames.size(); ++f) facts.frames[f].frame_bytes = golden.depths[f];
  facts.adjust_head = golden.adjust_head;
  return offload::make_plan(program, facts);
}

firmware::Capability capability_of_vectors() {
  firmware::Capability capability;
  capability.max_words = 8192;
  capability.adjust_head = {true, 44, 248, 84, 112};
  return capability;
}

// Empty when the case comes out as recorded, else the first difference.
std::string difference(const GoldenCase& golden) {
  const auto recorded = [&](const char* key) {
    return static_cast<uint32_t>(golden.result.at(key));
  };
  offload::Plan plan = plan_of(golden);
  offload::run_passes(plan);
  const auto lowered = offload::lower(plan, capability_of_vectors());
  if (golden.result.at("err") != 0) return lowered ? "lowering should have failed" : "";
  if (!lowered) return lowered.error().message;
  for (const test::GoldenWord& word : golden.words) {
    if (word.index >= lowered->words.size()) return "too few words";
    const uint64_t expected = word.raw | uint64_t{kRelocations.at(word.relocation)} << 56;
    if (lowered->words[word.index] != expected)
      return fmt::format("word {}: {:016x}, expected {:016x}", word.index,
                         lowered->words[word.index], expected);
  }
  if (lowered->words.size() != recorded("len")) return "number of words";
  if (lowered->out != recorded("tgt_out") || lowered->abort != recorded("tgt_abort") ||
      lowered->push != recorded("tgt_push") || lowered->pop != recorded("tgt_pop"))
    return "exits or subroutines lie elsewhere";
  for (size_t i = 0; i < golden.insns.size(); ++i) {
    if (lowered->first_word[i] != golden.insns[i].first_word)
      return fmt::format("insn {} begins at word {}", i, lowered->first_word[i]);
    if ((golden.insns[i].flags & 0x10) !=
        (plan.insns[i].skip == offload::Skip::kCombined ? 0x10 : 0))
      return fmt::format("insn {} is skipped otherwise", i);
  }
  for (const fpc::Word word : lowered->words)
    if (!fpc::decode(word)) return fmt::format("word {:016x} does not decode", word);
  return {};
}

TEST(Golden, ComesOutWordForWord) {
  const std::vector<GoldenCase> cases = test::read_golden_file();
  ASSERT_EQ(cases.size(), kCases);
  size_t reached = 0, words = 0;
  for (const GoldenCase& golden : cases) {
    const std::string found = difference(golden);
    const auto listed = kNotReached.find(golden.name);
    if (listed == kNotReached.end()) {
      EXPECT_EQ(found, "") << golden.name;
    } else {
      EXPECT_NE(found, "") << golden.name << " is listed as not reached: " << listed->second;
    }
    reached += found.empty() ? 1 : 0;
    words += golden.words.size();
  }
  EXPECT_EQ(words, kWords);
  EXPECT_EQ(reached, kCases - kNotReached.size());
  RecordProperty("cases_reached", static_cast<int>(reached));
}

TEST(Golden, StoreOfImmediateFailsAsTheVerifierLeavesIt) {
  for (GoldenCase golden : test::read_golden_file()) {
    if (golden.name != "st_imm32_pkt_forced") continue;
    golden.insns[0].meta.clear();
    const auto lowered = offload::lower(plan_of(golden), capability_of_vectors());
    ASSERT_FALSE(lowered);
    EXPECT_NE(lowered.error().message.find("defect B8"), std::string::npos);
    return;
  }
  FAIL() << "the vectors have no case st_imm32_pkt_forced";
}

}  // namespace
