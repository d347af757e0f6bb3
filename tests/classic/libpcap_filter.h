// libpcap's own interpreter of classic BPF.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "offload-compiler/ebpf/classic/program.h"
#include "tests/classic/frames.h"

namespace classic_test {

// What a filter returns for each frame, by libpcap's own interpreter; each is the beginning of one with `cut_bytes` more.
std::vector<uint32_t> libpcap_values(const classic::Program& filter,
                                     const std::vector<Frame>& frames, uint32_t cut_bytes = 0);

// A capture of these frames; false when it cannot be written.
bool write_capture(const std::string& path, const std::vector<Frame>& frames, uint32_t cut_bytes);

}  // namespace classic_test
