// Programs that do the same in other words: instructions are replaced by sequences, jumps keep their targets.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "offload-compiler/ebpf/program.h"

namespace ebpf_test {

// An instruction of a sequence. With `target` it is a jump to that instruction of the old program, otherwise its distance is
// one within the sequence.
struct Piece {
  ebpf::Insn insn;
  std::optional<size_t> target = std::nullopt;
};
using Sequence = std::vector<Piece>;

bool is_conditional_jump(const ebpf::Insn& insn);

// Where the jump at `at` leads. The program is one that the verifier accepts.
size_t target_of_jump(const ebpf::Program& program, size_t at);

// `replace` answers for the instruction at an index with what stands in its place; an empty sequence leaves it as it is.
ebpf::Program rewritten(const ebpf::Program& program,
                        const std::function<Sequence(size_t at)>& replace);

// By instruction, a set of the registers, bit by bit, whose value at its beginning a later one may read.
std::vector<uint32_t> live_registers(const ebpf::Program& program);

}  // namespace ebpf_test
