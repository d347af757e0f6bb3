// Programs that the running kernel refuses for what it forgets are accepted once they are told again, and nothing else changes.
// SPDX-License-Identifier: Apache-2.0
#include "tests/ebpf/kernel_forgets.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "base/rng.h"
#include "offload-compiler/ebpf/interpreter.h"
#include "offload-compiler/ebpf/print.h"
#include "offload-compiler/ebpf/verifier.h"
#include "tests/ebpf/harness.h"
#include "tests/ebpf/rewritten_program.h"
#include "tests/ebpf/verifier_asm.h"
#include "tests/ebpf/verifier_generator.h"
#include "tests/ebpf/verifier_kernel.h"

namespace ebpf_test {
namespace {

ebpf::Program program_of(const char* text) {
  ebpf::Program program;
  program.type = ebpf::ProgType::kXdp;
  auto insns = assemble(text);
  EXPECT_TRUE(insns) << insns.error().text();
  program.insns = *insns;
  return program;
}

// Each is refused by a newer kernel for one row of the table, in its order, and writes to the stack at an index r9.
#define WRITE_AT_R9                                                               \
  "*(u64 *)(r10 - 8) = 0; *(u64 *)(r10 - 16) = 0; r4 = r10; r4 += -16; r4 += r9;" \
  "*(u8 *)(r4 + 0) = 1; out: r0 = 0; exit"
constexpr const char* kExamples[] = {
    "call 7; r9 = r0; w9 s/= 1; if r9 s> 3 goto out;" WRITE_AT_R9,
    "call 7; r9 = r0; r9 += 0x7fffffff; if r9 > 3 goto out;" WRITE_AT_R9,
    "call 7; r9 = r0; r9 &= 0x70; r9 = (s16)r9; r9 &= 15;"
    "*(u64 *)(r10 - 8) = 0; r4 = r10; r4 += -8; r4 += r9; *(u8 *)(r4 + 7) = 1; r0 = 0; exit",
    "call 7; r9 = r0; r9 &= 1; if w9 <= w9 goto out;" WRITE_AT_R9,
    "call 7; r9 = r0; r9 &= 7; r9 += 505; if r9 & 512 goto out; r9 += -505;" WRITE_AT_R9,
    "call 7; r9 = r0; r9 *= r0; if r9 s> 15 goto out; if r9 > 255 goto out;" WRITE_AT_R9,
};

TEST(KernelForgets, EachRowHasAnExample) {
  EXPECT_EQ(std::size(kExamples), what_the_kernel_forgets().size());
}

TEST(KernelForgets, EachRowIsDocumented) {
  std::ifstream in(MILLRACE_VERIFIER_DOC);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  for (const Forgotten& forgotten : what_the_kernel_forgets())
    EXPECT_NE(text.find(std::string("| ") + forgotten.fact), std::string::npos) << forgotten.fact;
}

TEST(KernelForgets, JumpsKeepTheirTargets) {
  const ebpf::Program program = program_of(kExamples[0]);
  const ebpf::Program told = what_the_kernel_forgets()[0].told_again(program);
  ASSERT_EQ(told.insns.size(), program.insns.size() + 1);
  EXPECT_EQ(ebpf::print_insn(told, 3), "w9 = w9");
  EXPECT_EQ(told.insns[4].off, program.insns[3].off);  // starts behind the move
  ebpf::Program back = program;
  back.insns[3].off = -2;  // over the division
  EXPECT_EQ(what_the_kernel_forgets()[0].told_again(back).insns[4].off, -3);
}

TEST(KernelForgets, LiveRegistersAreThoseThatAreReadLater) {
  const ebpf::Program program = program_of(
      "r2 = 1; r3 = 2; if r2 == 0 goto other; r0 = r2; exit; other: r0 = r3; r3 = r0; exit");
  EXPECT_EQ(live_registers(program), (std::vector<uint32_t>{0, 4, 12, 4, 1, 8, 1, 1, 0}));
}

// The default counts instructions.
ebpf::InterpreterOptions fixed_clock() {
  ebpf::InterpreterOptions options;
  options.clock_ns = [] { return uint64_t{1}; };
  return options;
}

// What is told again changes no result: the reference interpreter sees the same verdicts.
TEST(KernelForgets, ProgramsDoTheSame) {
  uint64_t compared = 0, changed = 0;
  for (uint64_t seed = 1; seed <= 400; ++seed) {
    const ebpf::Program program = random_program(seed);
    if (!ebpf::verify(program)) continue;
    for (const Forgotten& forgotten : what_the_kernel_forgets()) {
      const ebpf::Program told = forgotten.told_again(program);
      if (told.insns.size() == program.insns.size()) continue;
      ++changed;
      auto before = ebpf::Interpreter::create(program, make_maps(program), fixed_clock());
      auto after = ebpf::Interpreter::create(told, make_maps(told), fixed_clock());
      ASSERT_TRUE(before && after);
      base::Rng rng(seed);
      for (int i = 0; i < 4; ++i) {
        Bytes packet(64);
        for (uint8_t& byte : packet) byte = static_cast<uint8_t>(rng.next());
        const auto expected = before->run(packet), found = after->run(packet);
        ASSERT_TRUE(expected && found) << "seed " << seed << ": " << forgotten.fact;
        EXPECT_EQ(expected->verdict, found->verdict) << "seed " << seed << ": " << forgotten.fact;
        EXPECT_EQ(expected->packet, found->packet) << "seed " << seed << ": " << forgotten.fact;
        ++compared;
      }
    }
  }
  EXPECT_GT(changed, 200u);
  EXPECT_GT(compared, 800u);
}

using KernelForgetsKernel = KernelTest;

TEST_F(KernelForgetsKernel, AcceptsWhatItIsToldAgain) {
  const auto kernel = KernelVerifier::create({});
  ASSERT_TRUE(kernel) << kernel.error().text();
  for (size_t row = 0; row < std::size(kExamples); ++row) {
    const Forgotten& forgotten = what_the_kernel_forgets()[row];
    SCOPED_TRACE(forgotten.fact);
    const ebpf::Program program = program_of(kExamples[row]);
    const auto own = ebpf::verify(program);
    EXPECT_TRUE(own) << own.error().text();
    const ebpf::Program told = forgotten.told_again(program);
    EXPECT_TRUE(kernel->accepts(told)) << kernel->refusal(told);
    if (kernel->accepts(program)) std::printf("this kernel knows the %s\n", forgotten.fact);
  }
}

}  // namespace
}  // namespace ebpf_test
