// Reader of tests/data/kernel-jit: a program, the words that a kernel's driver made of it, and the driver's state on the way.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "fpc/insn.h"
#include "offload-compiler/ebpf/program.h"

namespace test {

struct KernelInsn {
  std::map<std::string, std::string> fields;  // bpf, off, imm, nfp_off, flags, ptr, src, ...
};

struct KernelProgram {
  std::string name;
  ebpf::Program program;
  std::vector<fpc::Word> words;          // before relocation
  std::map<std::string, int64_t> state;  // prog_len, tgt_out, max_pkt_offset, ...
  std::vector<uint32_t> stack_depths;    // of main and subprograms, the driver's additions included
  std::vector<bool> saves_registers;
  std::vector<KernelInsn> insns;  // after the driver's passes
};

std::vector<std::string> kernel_program_names();
KernelProgram read_kernel_program(const std::string& name);

}  // namespace test
