// Each instruction computes what was worked out by hand, here and on the kernel.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "base/bits.h"
#include "tests/ebpf/harness.h"
#include "tests/ebpf/semantics_cases.h"
#include "tests/support/kernel_oracle.h"

namespace ebpf_test {
namespace {

using ebpf::Op;

State state_in(const Bytes& packet) {
  if (packet.size() < 32) return {};
  const auto word = [&](size_t i) { return base::load_le<uint64_t>(packet.data() + 8 * i); };
  return {word(0), word(1), word(2), word(3)};
}

std::string text(const State& s) {
  return fmt::format("r0 {:#x} r1 {:#x} r2 {:#x} memory {:#x}", s.r0, s.r1, s.r2, s.memory);
}

TEST(Semantics, InterpreterComputesEachCase) {
  for (const SemanticsCase& c : semantics_cases()) {
    const ebpf::Outcome outcome = run_once(program_of(c), Bytes(64));
    EXPECT_EQ(text(state_in(outcome.packet)), text(c.after))
        << c.name << " from " << text(c.before);
  }
}

using KernelSemantics = KernelTest;

TEST_F(KernelSemantics, KernelComputesEachCase) {
  for (const SemanticsCase& c : semantics_cases()) {
    auto kernel = test_support::KernelOracle::load(program_of(c));
    ASSERT_TRUE(kernel) << c.name << ": " << kernel.error().text();
    const auto run = kernel->run(Bytes(64));
    ASSERT_TRUE(run) << run.error().text();
    EXPECT_EQ(text(state_in(run->packet)), text(c.after)) << c.name << " from " << text(c.before);
  }
}

// Instructions that need more than one instruction's context have tests of their own.
const std::set<Op> kCoveredElsewhere = {
    Op::kLoadAbs8, Op::kLoadAbs16, Op::kLoadAbs32, Op::kLoadInd8, Op::kLoadInd16, Op::kLoadInd32,
    Op::kCallHelper, Op::kCallLocal, Op::kExit, Op::kLoadMap, Op::kLoadMapValue,
    // refused by the interpreter, see InterpreterErrors
    Op::kCallKernel, Op::kLoadVariable, Op::kLoadFunction, Op::kLoadMapByIndex,
    Op::kLoadMapValueByIndex};

TEST(Semantics, EveryRowOfTheTableHasACase) {
  std::set<Op> covered = kCoveredElsewhere;
  for (const SemanticsCase& c : semantics_cases()) {
    EXPECT_EQ(kCoveredElsewhere.count(c.op), 0u) << c.name << " needs no exception any more";
    covered.insert(c.op);
  }
  for (const ebpf::InsnSpec& spec : ebpf::kInsnSpecs) {
    EXPECT_EQ(covered.count(spec.op), 1u) << "no test covers " << spec.text;
  }
}

}  // namespace
}  // namespace ebpf_test
