// Lays sequences out one behind the other and mends the distances of jumps and calls.
// SPDX-License-Identifier: Apache-2.0
#include "tests/ebpf/rewritten_program.h"

#include <linux/bpf.h>

#include "offload-compiler/ebpf/decode.h"

namespace ebpf_test {
namespace {

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

size_t target_of(const ebpf::Insn& insn, size_t at) {
  const int64_t distance = has_distance_in_imm(insn) ? insn.imm : insn.off;
  return static_cast<size_t>(static_cast<int64_t>(at) + 1 + distance);
}

bool is_wide(const ebpf::Insn& insn) {
  const ebpf::InsnSpec* spec = ebpf::find_spec(insn);
  return spec != nullptr && spec->is_wide();
}

void set_distance(ebpf::Insn& insn, size_t from, size_t to) {
  const int64_t distance = static_cast<int64_t>(to) - static_cast<int64_t>(from) - 1;
  if (has_distance_in_imm(insn)) {
    insn.imm = static_cast<int32_t>(distance);
  } else {
    insn.off = static_cast<int16_t>(distance);
  }
}

constexpr uint32_t kArguments = 0x3e, kCallerSaved = 0x3f;  // r1..r5, r0..r5

uint32_t bit(unsigned reg) { return uint32_t{1} << reg; }

struct Access {
  uint32_t reads, writes;
};

Access access_of_jump(const ebpf::Insn& insn) {
  switch (BPF_OP(insn.opcode)) {
    case BPF_JA:
      return {0, 0};
    case BPF_CALL:
      return {kArguments, kCallerSaved};
    case BPF_EXIT:
      return {bit(0), 0};
    default:
      return {bit(insn.dst) | (BPF_SRC(insn.opcode) == BPF_X ? bit(insn.src) : 0), 0};
  }
}

Access access_of(const ebpf::Insn& insn) {
  const bool from_register = BPF_SRC(insn.opcode) == BPF_X;
  switch (BPF_CLASS(insn.opcode)) {
    case BPF_ALU:
    case BPF_ALU64: {
      const bool is_move = BPF_OP(insn.opcode) == BPF_MOV;
      return {(is_move ? 0 : bit(insn.dst)) | (from_register ? bit(insn.src) : 0), bit(insn.dst)};
    }
    case BPF_LD:
      if (BPF_MODE(insn.opcode) == BPF_IMM) return {0, bit(insn.dst)};
      return {bit(6) | bit(insn.src), kCallerSaved};
    case BPF_LDX:
      return {bit(insn.src), bit(insn.dst)};
    case BPF_ST:
      return {bit(insn.dst), 0};
    case BPF_STX:  // atomics may read r0
      return {bit(insn.dst) | bit(insn.src) | bit(0), 0};
    default:
      return access_of_jump(insn);
  }
}

}  // namespace

bool is_conditional_jump(const ebpf::Insn& insn) {
  return is_jump(insn) && BPF_OP(insn.opcode) != BPF_JA;
}

size_t target_of_jump(const ebpf::Program& program, size_t at) {
  return target_of(program.insns[at], at);
}

ebpf::Program rewritten(const ebpf::Program& program,
                        const std::function<Sequence(size_t at)>& replace) {
  std::vector<size_t> place;  // of the old instructions
  Sequence pieces;
  for (size_t i = 0; i < program.insns.size(); ++i) {
    const ebpf::Insn& insn = program.insns[i];
    place.push_back(pieces.size());
    Sequence sequence = replace(i);
    if (sequence.empty()) {
      const bool leads_away = is_jump(insn) || has_distance_in_imm(insn);
      sequence.push_back({insn, leads_away ? std::optional(target_of(insn, i)) : std::nullopt});
    }
    pieces.insert(pieces.end(), sequence.begin(), sequence.end());
    if (!is_wide(insn)) continue;
    place.push_back(pieces.size());
    pieces.push_back({program.insns[++i]});
  }
  ebpf::Program out = program;
  out.insns.clear();
  for (Piece& piece : pieces) {
    if (piece.target) set_distance(piece.insn, out.insns.size(), place.at(*piece.target));
    out.insns.push_back(piece.insn);
  }
  return out;
}

std::vector<uint32_t> live_registers(const ebpf::Program& program) {
  const std::vector<ebpf::Insn>& insns = program.insns;
  std::vector<uint32_t> live(insns.size() + 1);
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = insns.size(); i-- > 0;) {
      if (i > 0 && is_wide(insns[i - 1])) continue;
      const ebpf::Insn& insn = insns[i];
      const bool is_goto = is_jump(insn) && !is_conditional_jump(insn);
      const bool ends = insn.opcode == (BPF_JMP | BPF_EXIT);
      uint32_t after = ends || is_goto ? 0 : live[i + (is_wide(insn) ? 2 : 1)];
      if (is_jump(insn)) after |= live.at(target_of(insn, i));
      const Access access = access_of(insn);
      const uint32_t before = access.reads | (after & ~access.writes);
      changed |= before != live[i];
      live[i] = before;
    }
  }
  return live;
}

}  // namespace ebpf_test
