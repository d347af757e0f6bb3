// The lowering against the golden vectors: same words, relocations, exits and instruction boundaries.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "fpc/firmware/abi.h"
#include "fpc/firmware/link.h"
#include "fpc/insn.h"
#include "offload-compiler/codegen/defects.h"
#include "offload-compiler/codegen/lower.h"
#include "offload-compiler/nfp/frames.h"
#include "offload-compiler/nfp/opcode.h"
#include "offload-compiler/nfp/refusal.h"
#include "offload-compiler/passes/passes.h"
#include "tests/compiler/golden_file.h"

namespace {

using offload::InsnFacts;
using test::GoldenCase;
using test::GoldenInsn;

// The file records no program for it, but says what it is: the other case's as the verifier leaves it, without the pointer's type.
constexpr const char* kUntyped = "st_imm_pkt_as_verifier_leaves_it";
constexpr const char* kTyped = "st_imm32_pkt_forced";

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

// A recorded failure: the lowering refuses, behind as many words as the driver had written.
std::string failure_difference(const GoldenCase& golden, const offload::Plan& plan) {
  std::vector<offload::Diagnostic> refusals;
  const auto lowered = offload::lower(plan, capability_of_vectors(), &refusals);
  if (!lowered || refusals.empty()) return "lowering should have failed";
  const offload::RuleSpec* rule = offload::find_rule(refusals.front().rule);
  if (rule == nullptr || rule->error_number != -golden.result.at("err")) return "another error";
  const uint32_t words = lowered->first_word.at(refusals.front().insn.value());
  if (words != golden.result.at("len")) return fmt::format("fails behind {} words", words);
  return {};
}

// Words with relocation types, then as the loader writes them.
std::string word_difference(const GoldenCase& golden, const offload::Lowered& lowered) {
  firmware::Image image;
  image.words = lowered.words;
  image.target_out = lowered.out;
  image.target_abort = lowered.abort;
  image.target_push = lowered.push;
  image.target_pop = lowered.pop;
  std::map<unsigned, unsigned> helpers;
  constexpr unsigned kHelpers[] = {firmware::kHelperMapLookup, firmware::kHelperMapUpdate,
                                   firmware::kHelperMapDelete, firmware::kHelperPerfEvent};
  for (size_t i = 0; i < std::size(kHelpers); ++i) helpers[kHelpers[i]] = golden.helpers.at(i);
  const auto placed = firmware::relocate(image, golden.start, golden.done, helpers);
  if (!placed) return placed.error().text();
  for (const test::GoldenWord& word : golden.words) {
    if (word.index >= lowered.words.size()) return "too few words";
    const uint64_t expected = word.raw | uint64_t{kRelocations.at(word.relocation)} << 56;
    if (lowered.words[word.index] != expected)
      return fmt::format("word {}: {:016x}, expected {:016x}", word.index,
                         lowered.words[word.index], expected);
    if ((*placed)[word.index] != word.placed)
      return fmt::format("word {} placed: {:016x}, expected {:016x}", word.index,
                         (*placed)[word.index], word.placed);
  }
  return {};
}

// Empty when the case comes out as recorded, else the first difference.
std::string difference(const GoldenCase& golden) {
  const auto recorded = [&](const char* key) {
    return static_cast<uint32_t>(golden.result.at(key));
  };
  offload::Plan plan = plan_of(golden);
  offload::run_passes(plan);
  if (golden.result.at("err") != 0) return failure_difference(golden, plan);
  const auto lowered = offload::lower(plan, capability_of_vectors());
  if (!lowered) return lowered.error().message;
  if (std::string found = word_difference(golden, *lowered); !found.empty()) return found;
  if (lowered->words.size() != recorded("len")) return "number of words";
  if (lowered->last_word != recorded("last_bpf_off")) return "the program's last word";
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

std::vector<GoldenCase> all_cases() {
  std::vector<GoldenCase> cases = test::read_golden_file();
  const auto named = [&](const char* name) {
    return std::ranges::find(cases, name, &GoldenCase::name);
  };
  const auto typed = named(kTyped), untyped = named(kUntyped);
  if (typed == cases.end() || untyped == cases.end()) return {};
  EXPECT_TRUE(untyped->insns.empty()) << "the file records a program now: take it";
  untyped->insns = typed->insns;
  untyped->insns[0].meta.clear();
  return cases;
}

TEST(Golden, ComesOutWordForWord) {
  const std::vector<GoldenCase> cases = all_cases();
  ASSERT_EQ(cases.size(), kCases);
  size_t reached = 0, words = 0;
  for (const GoldenCase& golden : cases) {
    const std::string found = difference(golden);
    EXPECT_EQ(found, "") << golden.name;
    reached += found.empty() ? 1 : 0;
    words += golden.words.size();
  }
  EXPECT_EQ(words, kWords);
  fmt::print("{} of {} cases, {} words with relocations and ECC\n", reached, kCases, words);
}

// Correct words are the driver's wherever nothing is wrong with those: a case differs exactly when a defect is found in it.
TEST(Golden, StaysAsItIsWithoutDefectsWhereItReachesNone) {
  size_t same = 0, corrected = 0;
  for (const GoldenCase& golden : all_cases()) {
    if (golden.result.at("err") != 0) continue;
    offload::Plan plan = plan_of(golden), fixed_plan = plan_of(golden);
    fixed_plan.fix_defects = true;
    offload::run_passes(plan);
    offload::run_passes(fixed_plan);
    const auto driver = offload::lower(plan, capability_of_vectors());
    const auto fixed = offload::lower(fixed_plan, capability_of_vectors());
    ASSERT_TRUE(driver) << golden.name;
    ASSERT_TRUE(fixed) << golden.name << ": " << fixed.error().message;
    const auto defects = offload::find_defects(plan, *driver, capability_of_vectors());
    const bool reaches = std::ranges::any_of(defects, [](const offload::Diagnostic& found) {
      return offload::find_defect(found.rule)->is_corrected();
    });
    EXPECT_EQ(fixed->words == driver->words, !reaches) << golden.name;
    ++(reaches ? corrected : same);
  }
  EXPECT_GT(same, kCases / 2);
  EXPECT_GT(corrected, 0u);
  fmt::print("{} cases are the same, {} are corrected\n", same, corrected);
}

}  // namespace
