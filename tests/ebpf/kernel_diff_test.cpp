// Every vector program gives the kernel's verdicts, packets and maps on generated packets.
// SPDX-License-Identifier: Apache-2.0
#include "tests/ebpf/kernel_diff.h"

#include <gtest/gtest.h>

#include "tests/ebpf/harness.h"
#include "tests/support/kernel_oracle.h"

#ifndef EBPF_DIFF_PACKETS
#error "the build says how many packets each program sees"
#endif

namespace ebpf_test {
namespace {

class KernelDiff : public KernelTest, public testing::WithParamInterface<std::string> {};

TEST_P(KernelDiff, AgreesOnGeneratedPackets) {
  const std::string reason = no_kernel_oracle(GetParam());
  if (!reason.empty()) {
    // The exception must still be needed: such a program either does not load or is random.
    RecordProperty("exception", reason);
    const bool loads = test_support::KernelOracle::load(vector_program(GetParam())).has_value();
    EXPECT_EQ(loads, GetParam() == "basic.rnd") << reason;
    return;
  }
  compare_with_kernel(vector_program(GetParam()), EBPF_DIFF_PACKETS, 20240601);
}

INSTANTIATE_TEST_SUITE_P(Vectors, KernelDiff, testing::ValuesIn(vector_names()),
                         [](const auto& named) {
                           std::string name = named.param;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

}  // namespace
}  // namespace ebpf_test
