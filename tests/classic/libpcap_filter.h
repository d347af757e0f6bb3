// libpcap's own interpreter of classic BPF.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "offload-compiler/ebpf/classic/program.h"
#include "tests/classic/frames.h"

namespace classic_test {

// What a filter returns for each frame, by libpcap's own interpreter.
std::vector<uint32_t> libpcap_values(const classic::Program& filter,
                                     const std::vector<Frame>& frames);

}  // namespace classic_test
