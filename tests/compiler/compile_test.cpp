// compile() from eBPF alone: our verifier, rules, passes and lowering against the words of a kernel.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "fpc/insn.h"
#include "offload-compiler/compiler.h"
#include "tests/compiler/kernel_jit_file.h"

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

INSTANTIATE_TEST_SUITE_P(All, Compile, testing::ValuesIn(test::kernel_program_names()),
                         [](const auto& param) {
                           std::string name = param.param;
                           std::ranges::replace(name, '.', '_');
                           return name;
                         });

}  // namespace
