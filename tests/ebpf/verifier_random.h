// Random programs against the two judges of a verifier: execution, and the running kernel's verifier.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/ebpf/kernel_forgets.h"
#include "tests/ebpf/verifier_kernel.h"

namespace ebpf_test {

// What we accept, the reference interpreter runs on random packets without any access error.
void expect_accepted_programs_run(uint64_t first_seed, uint64_t programs);

struct VerifierCounts {
  uint64_t both = 0, neither = 0;
  uint64_t only_kernel = 0;  // accepts
  uint64_t only_ours = 0;    // accepts: an error
  // Only ours accepts, by what the kernel forgets (docs/verifier.md), row by row of what_the_kernel_forgets().
  std::vector<uint64_t> forgotten = {};
  uint64_t too_long = 0;  // for our verifier; the kernel was not asked
};

// Of a program about which the two differ: `reason` of the one that refuses it, and what the kernel forgot if that is all.
using OnDifference = std::function<void(uint64_t seed, bool ours_accepts, const std::string& reason,
                                        const Forgotten* forgotten)>;
VerifierCounts compare_verifiers(const KernelVerifier& kernel, uint64_t first_seed,
                                 uint64_t programs, const OnDifference& on_difference);
// The maps of every random program.
base::Result<KernelVerifier> kernel_for_random_programs();

// What we accept, the kernel accepts. Prints how many of the kernel's we accept.
void expect_kernel_agrees(uint64_t first_seed, uint64_t programs);

}  // namespace ebpf_test
