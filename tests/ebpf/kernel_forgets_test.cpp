// A program that the running kernel refuses for what it forgets is accepted once it is told again.
// SPDX-License-Identifier: Apache-2.0
#include "tests/ebpf/kernel_forgets.h"

#include <gtest/gtest.h>

#include "offload-compiler/ebpf/object.h"
#include "offload-compiler/ebpf/print.h"
#include "offload-compiler/ebpf/verifier.h"
#include "tests/ebpf/harness.h"
#include "tests/ebpf/verifier_kernel.h"

namespace ebpf_test {
namespace {

// r9 = prandom; w9 s/= 1; if r9 s> 3 goto the end; 16 bytes of stack are written; *(r10 - 16 + r9) = 1
constexpr const char* kIndexByQuotient =
    "# type xdp\n8500000007000000\nbf09000000000000\n3409010001000000\n6509060003000000\n"
    "7a0af0ff00000000\n7a0af8ff00000000\nbfa4000000000000\n07040000f0ffffff\n0f94000000000000\n"
    "7204000001000000\nb700000000000000\n9500000000000000\n";

ebpf::Program index_by_quotient() {
  auto program = ebpf::program_from_text(kIndexByQuotient, "test");
  EXPECT_TRUE(program) << program.error().text();
  return *program;
}

TEST(KernelForgets, JumpsKeepTheirTargets) {
  const ebpf::Program told = with_upper_halves_cleared(index_by_quotient());
  ASSERT_EQ(told.insns.size(), 13u);
  EXPECT_EQ(ebpf::print_insn(told, 3), "w9 = w9");
  EXPECT_EQ(told.insns[4].off, 6);  // starts behind the move
  ebpf::Program back = index_by_quotient();
  back.insns[3].off = -2;  // over the division
  EXPECT_EQ(with_upper_halves_cleared(back).insns[4].off, -3);
}

using KernelForgetsKernel = KernelTest;

TEST_F(KernelForgetsKernel, AcceptsWhatItIsToldAgain) {
  const ebpf::Program program = index_by_quotient();
  EXPECT_TRUE(ebpf::verify(program));
  const auto kernel = KernelVerifier::create({});
  ASSERT_TRUE(kernel) << kernel.error().text();
  EXPECT_TRUE(kernel->accepts(with_upper_halves_cleared(program)))
      << kernel->refusal(with_upper_halves_cleared(program));
}

}  // namespace
}  // namespace ebpf_test
