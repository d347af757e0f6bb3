// Random programs that are nearly right: their shapes are those of real programs, their bounds and checks are sometimes missing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "offload-compiler/ebpf/program.h"

namespace ebpf_test {

struct GeneratorOptions {
  unsigned statements = 12;         // about
  unsigned mistake_percent = 2;     // of statements that leave out or twist a check
  bool any_context_offset = false;  // also fields that the reference interpreter does not have
};

// The same program for the same seed, of any type. Uses a hash map, an array map and a packet.
ebpf::Program random_program(uint64_t seed, const GeneratorOptions& options = {});

}  // namespace ebpf_test
