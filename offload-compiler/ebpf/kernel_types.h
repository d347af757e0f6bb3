// What a kernel is given of a program's types beside its instructions, in the kernel's own layout.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace ebpf {

// All is empty for an object without BTF.
struct KernelTypes {
  struct Map {
    uint32_t key = 0, value = 0;  // type ids; 0: none
  };
  std::vector<uint8_t> btf;        // of the object, for BPF_BTF_LOAD
  std::vector<uint8_t> functions;  // bpf_func_info records
  std::vector<uint8_t> lines;      // bpf_line_info records
  std::vector<Map> maps;           // in the order of the program's maps
};

}  // namespace ebpf
