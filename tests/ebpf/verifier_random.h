// Random programs against the two judges of a verifier: execution, and the running kernel's verifier.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace ebpf_test {

// What we accept, the reference interpreter runs on random packets without any access error.
void expect_accepted_programs_run(uint64_t first_seed, uint64_t programs);

// What we accept, the kernel accepts. Prints how many of the kernel's we accept.
void expect_kernel_agrees(uint64_t first_seed, uint64_t programs);

}  // namespace ebpf_test
