// compile() from eBPF alone: our verifier, rules, passes and lowering against the words of a kernel.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "fpc/insn.h"
#include "offload-compiler/compiler.h"
#include "offload-compiler/ebpf/object.h"
#include "tests/compiler/kernel_jit_file.h"
#include "tests/ebpf/objects.h"

namespace {

using test::KernelProgram;

// Programs whose words differ from the kernel's, with the reason. A listed program without a difference fails the test.
const std::map<std::string, std::string> kDifferent = {
    {"misc.perf",
     "the kernel names a perf event array by the id of the host's map, an image by its table id"},
};

class Compile : public testing::TestWithParam<std::string> {};

TEST_P(Compile, GivesTheKernelsWords) {
  const KernelProgram kernel = test::read_kernel_program(GetParam());
  const auto target = offload::parse_target("nfp/full");
  ASSERT_TRUE(target) << target.error().message;
  const auto image = offload::compile(kernel.program, *target);
  ASSERT_TRUE(image) << image.error().message;
  if (const auto listed = kDifferent.find(GetParam()); listed != kDifferent.end()) {
    EXPECT_NE(image->words, kernel.words) << "listed because " << listed->second;
    EXPECT_EQ(image->words.size(), kernel.words.size());
  } else {
    EXPECT_EQ(image->words, kernel.words);
  }
  EXPECT_EQ(image->target_out, kernel.state.at("tgt_out"));
  EXPECT_EQ(image->target_abort, kernel.state.at("tgt_abort"));
  EXPECT_EQ(image->target_push, kernel.state.at("tgt_push"));
  EXPECT_EQ(image->target_pop, kernel.state.at("tgt_pop"));
  EXPECT_EQ(image->stack_bytes, kernel.state.at("stack_size"));
  EXPECT_EQ(image->max_packet_offset, kernel.state.at("max_pkt_offset"));
  for (const fpc::Word word : image->words) EXPECT_TRUE(fpc::decode(word));
}

TEST(Image, TellsUseOfMapWordsLinesAndLimits) {
  ebpf::Program program = test::read_kernel_program("count.count_ip").program;
  program.name = "count_ip";
  program.lines = {{0, "count.c", "text", 7, 1}, {22, "count.c", "text", 12, 1}};
  const auto image = offload::compile(program, *offload::parse_target("nfp/full"));
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->program, "count_ip");
  EXPECT_EQ(image->program_type, "xdp");
  EXPECT_EQ(image->profile, "full");
  EXPECT_EQ(image->codegen, "kernel");
  ASSERT_EQ(image->maps.size(), 1u);
  EXPECT_EQ(image->maps[0].name, "perip");
  EXPECT_EQ(image->maps[0].word_use, std::vector<firmware::WordUse>(4, firmware::WordUse::kAtomic));
  ASSERT_EQ(image->lines.size(), 2u);
  EXPECT_EQ(image->lines[1].word, 48u);
  EXPECT_EQ(image->lines[1].insn, 22u);
  EXPECT_EQ(image->lines[1].line, 12u);
  EXPECT_EQ(image->helpers(), (std::vector<unsigned>{1, 2}));
}

TEST(Image, LeavesOutMapsThatTheProgramDoesNotUse) {
  ebpf::Program program = test::read_kernel_program("count.count_rate").program;
  ebpf::MapDef other = program.maps[0];
  other.name = "other";
  other.type = 11;  // one that no firmware offers
  program.maps.insert(program.maps.begin(), other);
  for (ebpf::Insn& insn : program.insns)
    if (insn.opcode == 0x18 && insn.src == 1) insn.imm = 1;
  const auto image = offload::compile(program, *offload::parse_target("nfp/full"));
  ASSERT_TRUE(image) << image.error().message;
  ASSERT_EQ(image->maps.size(), 1u);
  EXPECT_EQ(image->maps[0].name, "cnt");
  EXPECT_EQ(image->words, test::read_kernel_program("count.count_rate").words);
}

// FILE.PROG of sources/FILE.c as the build compiled it, loaded by libbpf.
base::Result<ebpf::Program> program_from_source(const std::string& name) {
  const size_t dot = name.find('.');
  const auto object = ebpf::load_object(ebpf_test::object_path(name.substr(0, dot)));
  if (!object) return object.error();
  return ebpf::select_program(*object, name.substr(dot + 1));
}

TEST(Compile, GivesTheKernelsWordsFromSourceForAllButTheNamedPrograms) {
  const std::vector<std::string> names = test::kernel_program_names();
  size_t same = 0;
  for (const std::string& name : names) {
    const KernelProgram kernel = test::read_kernel_program(name);
    const auto program = program_from_source(name);
    ASSERT_TRUE(program) << name << ": " << program.error().text();
    const auto image = offload::compile(*program, *offload::parse_target("nfp/full"));
    ASSERT_TRUE(image) << name << ": " << image.error().message;
    const bool equal = image->words == kernel.words;
    EXPECT_EQ(equal, !kDifferent.contains(name)) << name;
    if (kDifferent.contains(name)) fmt::print("{} differs: {}\n", name, kDifferent.at(name));
    same += equal ? 1 : 0;
  }
  fmt::print("{} of {} programs give the kernel's words\n", same, names.size());
  EXPECT_EQ(names.size(), 42u);
  EXPECT_GE(same, 40u);
}

TEST(Compile, GivesTheSameWordsWithoutDefectsForProgramsThatReachNone) {
  offload::Target target = *offload::parse_target("nfp/full");
  size_t same = 0;
  for (const std::string& name : test::kernel_program_names()) {
    const KernelProgram kernel = test::read_kernel_program(name);
    target.fix_defects = false;
    const auto driver = offload::compile(kernel.program, target);
    target.fix_defects = true;
    const auto fixed = offload::compile(kernel.program, target);
    ASSERT_TRUE(driver && fixed) << name;
    const bool corrects = driver->warnings.size() > fixed->warnings.size();
    EXPECT_EQ(driver->words == fixed->words, !corrects) << name;
    same += corrects ? 0 : 1;
  }
  EXPECT_GT(same, 20u);
}

INSTANTIATE_TEST_SUITE_P(All, Compile, testing::ValuesIn(test::kernel_program_names()),
                         [](const auto& param) {
                           std::string name = param.param;
                           std::ranges::replace(name, '.', '_');
                           return name;
                         });

}  // namespace
