// Questions that rules, passes and lowering ask about one eBPF instruction.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/bpf.h>

#include <cstdint>

#include "offload-compiler/ebpf/program.h"

namespace offload {

inline unsigned insn_class(const ebpf::Insn& insn) { return BPF_CLASS(insn.opcode); }
inline unsigned operation(const ebpf::Insn& insn) { return BPF_OP(insn.opcode); }
inline bool has_register_source(const ebpf::Insn& insn) { return BPF_SRC(insn.opcode) == BPF_X; }

inline bool is_alu(const ebpf::Insn& insn) {
  return insn_class(insn) == BPF_ALU || insn_class(insn) == BPF_ALU64;
}
inline bool is_alu64(const ebpf::Insn& insn) { return insn_class(insn) == BPF_ALU64; }
inline bool is_jump_class(const ebpf::Insn& insn) {
  return insn_class(insn) == BPF_JMP || insn_class(insn) == BPF_JMP32;
}

inline bool is_exit(const ebpf::Insn& insn) { return insn.opcode == (BPF_JMP | BPF_EXIT); }
inline bool is_call(const ebpf::Insn& insn) { return insn.opcode == (BPF_JMP | BPF_CALL); }
inline bool is_local_call(const ebpf::Insn& insn) {
  return is_call(insn) && insn.src == BPF_PSEUDO_CALL;
}
inline bool is_helper_call(const ebpf::Insn& insn) { return is_call(insn) && insn.src == 0; }
inline bool is_plain_jump(const ebpf::Insn& insn) { return insn.opcode == (BPF_JMP | BPF_JA); }
inline bool is_conditional_jump(const ebpf::Insn& insn) {
  return is_jump_class(insn) && !is_plain_jump(insn) && !is_exit(insn) && !is_call(insn);
}

inline bool is_load_imm64(const ebpf::Insn& insn) {
  return insn.opcode == (BPF_LD | BPF_IMM | BPF_DW);
}
// Of a 64-bit immediate: `imm` is a map, whose descriptor or first element it loads the address of.
inline bool refers_to_map(const ebpf::Insn& insn) {
  return insn.src == BPF_PSEUDO_MAP_FD || insn.src == BPF_PSEUDO_MAP_VALUE;
}
inline bool is_load(const ebpf::Insn& insn) {
  return insn_class(insn) == BPF_LDX && BPF_MODE(insn.opcode) == BPF_MEM;
}
inline bool is_register_store(const ebpf::Insn& insn) {
  return insn_class(insn) == BPF_STX && BPF_MODE(insn.opcode) == BPF_MEM;
}
inline bool is_immediate_store(const ebpf::Insn& insn) {
  return insn_class(insn) == BPF_ST && BPF_MODE(insn.opcode) == BPF_MEM;
}
inline bool is_store(const ebpf::Insn& insn) {
  return is_register_store(insn) || is_immediate_store(insn);
}
inline bool is_atomic(const ebpf::Insn& insn) {
  return insn_class(insn) == BPF_STX && BPF_MODE(insn.opcode) == BPF_ATOMIC;
}
// LD_ABS and LD_IND: loads of packet bytes by offset, left over from classic BPF.
inline bool is_packet_offset_load(const ebpf::Insn& insn) {
  return insn_class(insn) == BPF_LD &&
         (BPF_MODE(insn.opcode) == BPF_ABS || BPF_MODE(insn.opcode) == BPF_IND);
}

// Bytes that a load, store or atomic touches: 1, 2, 4 or 8.
inline unsigned access_bytes(const ebpf::Insn& insn) {
  switch (BPF_SIZE(insn.opcode)) {
    case BPF_B:
      return 1;
    case BPF_H:
      return 2;
    case BPF_W:
      return 4;
    default:
      return 8;
  }
}

}  // namespace offload
