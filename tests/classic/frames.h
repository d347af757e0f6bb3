// Frames for filters: every size, whole and cut, and random ones.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace classic_test {

using Frame = std::vector<uint8_t>;

constexpr size_t kMaxFrameBytes = 1514;

// One frame of each size from 0 to kMaxFrameBytes in steps of `step`: a generated packet, cut or continued with zeros.
std::vector<Frame> frames_of_all_sizes(uint64_t seed, size_t step);

// Generated packets, each fourth cut to less than its headers.
std::vector<Frame> random_frames(uint64_t seed, size_t count);

}  // namespace classic_test
