// Runs a function in a forked child with resource limits and returns the bytes it produced.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/result.h"

namespace ebpf {

struct ChildLimits {
  uint64_t memory_bytes = uint64_t{1} << 30;  // beyond what the parent has mapped
  uint32_t cpu_seconds = 5;
  std::chrono::milliseconds wall{10'000};
  size_t result_bytes = size_t{64} << 20;
};

// `produce` runs in the child, which has no open file but the pipe and prints nowhere; it may
// crash, hang or throw. Error kInvalidInput: what became of the child instead of a result; kIo: no
// child could be started.
base::Result<std::vector<uint8_t>> run_isolated(
    const std::function<std::vector<uint8_t>()>& produce, const ChildLimits& limits = {});

}  // namespace ebpf
