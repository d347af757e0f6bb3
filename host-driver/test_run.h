// One run of a program on one packet, for BPF_PROG_TEST_RUN.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace host {

struct TestRun {
  std::vector<uint8_t> packet;  // in and out
  uint32_t repeat = 1;
  uint32_t verdict = 0;      // out
  uint32_t duration_ns = 0;  // out: of one run, in the time of what runs it
};

}  // namespace host
