// eBPF bytes: a byte that chooses the program type, then the wire form of instructions that may use two maps.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/program.h"

#include <linux/bpf.h>

#include "tests/libfuzzer/check_program.h"
#include "tests/libfuzzer/targets.h"

namespace fuzz {

void program(Input input) {
  if (input.empty()) return;
  const uint8_t choice = input.front();
  input = input.subspan(1);
  input = input.first(input.size() / 8 * 8);
  ebpf::Program program;
  program.name = "fuzzed";
  program.license = "GPL";
  program.type = static_cast<ebpf::ProgType>(choice % 3);
  program.insns = ebpf::insns_from_bytes({input.begin(), input.end()});
  program.maps.push_back({"array", BPF_MAP_TYPE_ARRAY, 4, 16, 4, 0, "", "", {}});
  program.maps.push_back({"hash", BPF_MAP_TYPE_HASH, 8, 8, 8, 0, "", "", {}});
  check_program(program);
}

}  // namespace fuzz
