// Random classic programs that pass classic::check(), the same for the same seed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "offload-compiler/ebpf/classic/program.h"

namespace classic_test {

classic::Program random_filter(uint64_t seed);

}  // namespace classic_test
