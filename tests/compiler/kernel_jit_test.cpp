// Passes and lowering against whole programs of a real kernel, fed with the state that its driver recorded.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "offload-compiler/codegen/lower.h"
#include "offload-compiler/nfp/opcode.h"
#include "offload-compiler/passes/passes.h"
#include "tests/compiler/kernel_jit_file.h"

namespace {

using offload::InsnFacts;
using offload::PlannedInsn;
using test::KernelInsn;
using test::KernelProgram;

constexpr size_t kPrograms = 42;

// The driver's flags.
constexpr unsigned kJumpTarget = 0x1, kStartsFrame = 0x2, kCallerFrame = 0x4, kCombined = 0x10,
                   kVerifier = 0x20, kZext = 0x40;

unsigned flags_of(const KernelInsn& insn) {
  return static_cast<unsigned>(std::stoul(insn.fields.at("flags"), nullptr, 16));
}

uint64_t hex(const std::string& text, size_t from = 0) {
  return std::stoull(text.substr(from), nullptr, 16);
}

offload::ValueRange range_of(const std::string& text) {
  return {hex(text), hex(text, text.find("..") + 2)};
}

void read_pointer(const KernelInsn& insn, InsnFacts& facts) {
  facts.ptr.type = static_cast<ebpf::RegType>(std::stoi(insn.fields.at("ptr")));
  facts.ptr.off = std::stoi(insn.fields.at("ptr_off"));
  // Ids are not recorded; pointers with the same unknown part have the same one.
  facts.ptr.id = static_cast<uint32_t>(
      hex(insn.fields.at("ptr_var"), insn.fields.at("ptr_var").find('/') + 1));
  facts.ptr_not_const = insn.fields.at("notconst") != "0";
  facts.xadd_over_16bit = insn.fields.at("xadd")[0] == '1';
  facts.xadd_maybe_16bit = insn.fields.at("xadd")[2] == '1';
}

void read_call(const KernelInsn& insn, InsnFacts& facts) {
  facts.helper = static_cast<uint32_t>(std::stoul(insn.fields.at("func")));
  const std::string& key = insn.fields.at("arg2");
  facts.key.type = static_cast<ebpf::RegType>(std::stoi(key));
  facts.key.off = std::stoi(key.substr(key.find(',') + 1));
  facts.key_varies = insn.fields.at("var") != "0";
  // Not recorded; the one program with event_output passes a stack buffer.
  if (facts.helper == BPF_FUNC_perf_event_output) facts.data_type = ebpf::RegType::kStack;
}

InsnFacts facts_of(const KernelInsn& insn) {
  InsnFacts facts;
  facts.visited = true;
  facts.zext = (flags_of(insn) & kZext) != 0;
  facts.caller_frame = (flags_of(insn) & kCallerFrame) != 0;
  if (insn.fields.contains("ptr")) read_pointer(insn, facts);
  if (insn.fields.contains("func")) read_call(insn, facts);
  if (insn.fields.contains("src")) {
    facts.src = range_of(insn.fields.at("src"));
    facts.dst = range_of(insn.fields.at("dst"));
  }
  return facts;
}

// The driver's choice for xdp_adjust_head is not recorded but shows in the number of words: 5 without checks.
uint32_t adjust_head_of(const KernelProgram& kernel) {
  for (uint32_t i = 0; i + 1 < kernel.insns.size(); ++i) {
    const auto& fields = kernel.insns[i].fields;
    if (!fields.contains("func") || fields.at("func") != "44") continue;
    const int words =
        std::stoi(kernel.insns[i + 1].fields.at("nfp_off")) - std::stoi(fields.at("nfp_off"));
    return words == 5 ? i : offload::kAdjustHeadChecked;
  }
  return offload::kAdjustHeadUnused;
}

offload::Plan plan_of(const KernelProgram& kernel) {
  offload::ProgramFacts facts;
  facts.frames.resize(kernel.stack_depths.size());
  for (uint32_t i = 0; i < kernel.insns.size(); ++i) {
    facts.insns.push_back(facts_of(kernel.insns[i]));
    const size_t frame = std::stoul(kernel.insns[i].fields.at("sub"));
    if (facts.frames[frame].end == 0) facts.frames[frame].start = i;
    facts.frames[frame].end = i + 1;
  }
  for (size_t f = 0; f < facts.frames.size(); ++f) {
    facts.frames[f].frame_bytes = kernel.stack_depths[f];
    facts.frames[f].saves_registers = kernel.saves_registers[f];
  }
  facts.adjust_head = adjust_head_of(kernel);
  offload::Plan plan = make_plan(kernel.program, facts);
  plan.map_ids.resize(kernel.program.maps.size());
  for (size_t i = 0; i < kernel.insns.size(); ++i) {
    const ebpf::Insn& insn = kernel.program.insns[i];
    if (offload::is_load_imm64(insn) && insn.src == BPF_PSEUDO_MAP_FD)
      plan.map_ids[static_cast<size_t>(insn.imm)] =
          static_cast<uint32_t>(std::stoi(kernel.insns[i].fields.at("imm")));
  }
  return plan;
}

unsigned flags_of(const PlannedInsn& insn) {
  return (insn.jump_target ? kJumpTarget : 0) | (insn.starts_frame ? kStartsFrame : 0) |
         (insn.facts.caller_frame ? kCallerFrame : 0) |
         (insn.skip == offload::Skip::kCombined ? kCombined : 0) |
         (insn.skip == offload::Skip::kVerifier ? kVerifier : 0) | (insn.facts.zext ? kZext : 0);
}

void expect_same_insn(const PlannedInsn& ours, const KernelInsn& theirs) {
  const auto& fields = theirs.fields;
  const ebpf::Insn& insn = ours.insn;
  EXPECT_EQ(fmt::format("{:02x}{:x}{:x}", insn.opcode, insn.src, insn.dst), fields.at("bpf"));
  EXPECT_EQ(fmt::format("{}", insn.off), fields.at("off"));
  EXPECT_EQ(fmt::format("{}", insn.imm), fields.at("imm"));
  EXPECT_EQ(flags_of(ours), flags_of(theirs));
  if (fields.contains("jmp")) {
    EXPECT_EQ(fmt::format("{}", ours.target), fields.at("jmp"));
    EXPECT_EQ(ours.negated_compare ? "1" : "0", fields.at("neg"));
  }
  if (!fields.contains("gather")) return;
  EXPECT_EQ(fmt::format("{}", ours.copy_bytes), fields.at("gather"));
  EXPECT_EQ(fmt::format("{}..{},{}", ours.cache.start, ours.cache.end, ours.cache.reads ? 1 : 0),
            fields.at("pc"));
}

firmware::Capability capability_of_vectors() {
  firmware::Capability capability;
  capability.max_words = 8192;
  capability.adjust_head = {true, 64, 256, 64, 64};
  return capability;
}

class KernelJit : public testing::TestWithParam<std::string> {};

TEST_P(KernelJit, PassesAndWordsAreTheKernels) {
  const KernelProgram kernel = test::read_kernel_program(GetParam());
  ASSERT_EQ(kernel.insns.size(), kernel.program.insns.size());
  offload::Plan plan = plan_of(kernel);
  run_passes(plan);
  const auto lowered = offload::lower(plan, capability_of_vectors());
  ASSERT_TRUE(lowered) << lowered.error().message;
  for (size_t i = 0; i < kernel.insns.size(); ++i) {
    SCOPED_TRACE(fmt::format("insn {}", i));
    expect_same_insn(plan.insns[i], kernel.insns[i]);
    EXPECT_EQ(fmt::format("{}", lowered->first_word[i]), kernel.insns[i].fields.at("nfp_off"));
  }
  EXPECT_EQ(lowered->words, kernel.words);
  EXPECT_EQ(lowered->out, kernel.state.at("tgt_out"));
  EXPECT_EQ(lowered->abort, kernel.state.at("tgt_abort"));
  EXPECT_EQ(lowered->push, kernel.state.at("tgt_push"));
  EXPECT_EQ(lowered->pop, kernel.state.at("tgt_pop"));
  EXPECT_EQ(lowered->last_word, kernel.state.at("last_bpf_off"));
}

INSTANTIATE_TEST_SUITE_P(All, KernelJit, testing::ValuesIn(test::kernel_program_names()),
                         [](const auto& param) {
                           std::string name = param.param;
                           std::ranges::replace(name, '.', '_');
                           return name;
                         });

TEST(KernelJitFiles, AreAllThere) { EXPECT_EQ(test::kernel_program_names().size(), kPrograms); }

}  // namespace
