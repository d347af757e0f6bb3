// Who can say what a classic program makes of frames: libpcap, the reference interpreter, the running kernel, our microcode.
// SPDX-License-Identifier: Apache-2.0
//
//   Witnesses witnesses;
//   Finding finding = witnesses.compare(filter, frames);
//   EXPECT_EQ(finding.difference, "");
#pragma once

#include <string>
#include <vector>

#include "offload-compiler/compiler.h"
#include "offload-compiler/ebpf/classic/program.h"
#include "tests/classic/frames.h"
#include "tests/fuzz/observe_kernel.h"
#include "tests/support/kernel_oracle.h"

namespace classic_test {

struct Finding {
  std::string difference;  // of the first witness that disagrees with libpcap; empty: none does
  std::string refusal;     // why the card's driver does not take the program; empty: it does
  size_t accepted = 0;     // frames
};

class Witnesses {
 public:
  Witnesses();  // that this machine has
  Witnesses(test_support::KernelAvailability availability,
            base::Result<fuzz::KernelWitness> kernel);

  // When it is not usable, its answers are left out. When it is usable and cannot be asked all the same, every comparison says so.
  const test_support::KernelAvailability& kernel() const { return availability_; }

  Finding compare(const classic::Program& filter, const std::vector<Frame>& frames);

 private:
  std::string ask_reference(const ebpf::Program& program, const std::vector<Frame>& frames,
                            const std::vector<uint32_t>& expected) const;
  std::string ask_kernel(const ebpf::Program& program, const std::vector<Frame>& frames,
                         const std::vector<uint32_t>& expected);
  void ask_card(const ebpf::Program& program, const std::vector<Frame>& frames,
                const std::vector<uint32_t>& expected, Finding& finding) const;

  test_support::KernelAvailability availability_;
  base::Result<fuzz::KernelWitness> kernel_;
  offload::Target target_;
};

}  // namespace classic_test
