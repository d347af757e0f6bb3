// Plays the kernel for libbpf: says yes to its bpf(2) calls and keeps what it would have loaded.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "offload-compiler/ebpf/kernel_types.h"
#include "offload-compiler/ebpf/program.h"

namespace ebpf {

class BpfRecorder {
 public:
  struct LoadedProgram {
    std::vector<Insn> insns;  // maps still as file descriptors
    std::vector<bpf_line_info> lines;
    std::vector<bpf_func_info> functions;
    std::string license;
    uint32_t flags = 0;
    int btf_fd = -1;
  };
  struct CreatedMap {
    uint32_t value_bytes = 0;
    KernelTypes::Map types;
    std::vector<uint8_t> initial;  // value of key 0, when libbpf wrote one
  };

  // A BpfAnswer; `self` is the recorder.
  static long answer(void* self, int command, const void* attr, size_t attr_bytes);

  // nullptr: no such descriptor was handed out.
  const LoadedProgram* program(int fd) const;
  const CreatedMap* map(int fd) const;
  const std::vector<uint8_t>* btf(int fd) const;

 private:
  long load_program(const bpf_attr& attr);
  long create_map(const bpf_attr& attr);
  long update_map(const bpf_attr& attr);
  long load_btf(const bpf_attr& attr);

  // Numbers no open file has, never given twice; libbpf only closes them, which fails harmlessly.
  int next_fd_ = 1 << 20;
  std::map<int, LoadedProgram> programs_;
  std::map<int, CreatedMap> maps_;
  std::map<int, std::vector<uint8_t>> types_;
};

}  // namespace ebpf
