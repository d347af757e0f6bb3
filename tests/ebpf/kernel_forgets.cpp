// Inserts moves behind divisions and mends the distances of jumps and calls.
// SPDX-License-Identifier: Apache-2.0
#include "tests/ebpf/kernel_forgets.h"

#include <linux/bpf.h>

#include "offload-compiler/ebpf/decode.h"

namespace ebpf_test {
namespace {

bool divides_32_bits(const ebpf::Insn& insn) {
  const unsigned op = BPF_OP(insn.opcode);
  return BPF_CLASS(insn.opcode) == BPF_ALU && (op == BPF_DIV || op == BPF_MOD);
}

bool is_jump(const ebpf::Insn& insn) {
  const unsigned group = BPF_CLASS(insn.opcode), op = BPF_OP(insn.opcode);
  return (group == BPF_JMP || group == BPF_JMP32) && op != BPF_CALL && op != BPF_EXIT;
}

// Whose immediate is a distance: calls of functions, their addresses, the long jump.
bool has_distance_in_imm(const ebpf::Insn& insn) {
  return (insn.opcode == (BPF_JMP | BPF_CALL) && insn.src == BPF_PSEUDO_CALL) ||
         (insn.opcode == (BPF_LD | BPF_IMM | BPF_DW) && insn.src == BPF_PSEUDO_FUNC) ||
         insn.opcode == (BPF_JMP32 | BPF_JA);
}

}  // namespace

ebpf::Program with_upper_halves_cleared(const ebpf::Program& program) {
  ebpf::Program out = program;
  out.insns.clear();
  std::vector<size_t> place;  // of the old instructions
  for (const ebpf::Insn& insn : program.insns) {
    place.push_back(out.insns.size());
    out.insns.push_back(insn);
    if (divides_32_bits(insn))
      out.insns.push_back({BPF_ALU | BPF_MOV | BPF_X, insn.dst, insn.dst, 0, 0});
  }
  place.push_back(out.insns.size());
  const auto moved = [&](size_t at, int64_t distance) {
    const int64_t target = static_cast<int64_t>(at) + 1 + distance;
    if (target < 0 || target >= static_cast<int64_t>(place.size())) return distance;
    return static_cast<int64_t>(place[static_cast<size_t>(target)]) -
           static_cast<int64_t>(place[at]) - 1;
  };
  for (size_t i = 0; i < program.insns.size(); ++i) {
    ebpf::Insn& insn = out.insns[place[i]];
    if (has_distance_in_imm(insn)) {
      insn.imm = static_cast<int32_t>(moved(i, insn.imm));
    } else if (is_jump(insn)) {
      insn.off = static_cast<int16_t>(moved(i, insn.off));
    }
    const ebpf::InsnSpec* spec = ebpf::find_spec(insn);
    if (spec != nullptr && spec->is_wide()) ++i;
  }
  return out;
}

}  // namespace ebpf_test
