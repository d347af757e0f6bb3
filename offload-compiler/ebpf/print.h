// Instructions as text, in the style of the kernel's verifier and llvm-objdump.
// SPDX-License-Identifier: Apache-2.0
//
//   r1 = *(u32 *)(r6 + 4)     if r2 > r1 goto +32     call bpf_map_lookup_elem#1     r1 =
//   map[flows]
#pragma once

#include <cstdint>
#include <string>

#include "offload-compiler/ebpf/program.h"

namespace ebpf {

// Text of the instruction at slot `index`, which is inside the program and not the second half of a
// wide load. What no row of bpf.def describes prints as its fields.
std::string print_insn(const Program& program, uint32_t index);

// "bpf_map_lookup_elem#1"; "unknown#9999"; the mark that libbpf leaves where a CO-RE relocation
// failed says so.
std::string helper_name(int32_t id);

}  // namespace ebpf
