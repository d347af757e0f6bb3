// Short constructors of instructions for tests.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "offload-compiler/ebpf/program.h"

namespace ebpf_test {

using ebpf::Insn;
using Code = std::vector<Insn>;

inline Insn op(uint8_t opcode, uint8_t dst, uint8_t src, int16_t off, int32_t imm) {
  return {opcode, dst, src, off, imm};
}
inline Insn mov(uint8_t dst, int32_t imm) { return op(0xb7, dst, 0, 0, imm); }
inline Insn mov_reg(uint8_t dst, uint8_t src) { return op(0xbf, dst, src, 0, 0); }
inline Insn add(uint8_t dst, int32_t imm) { return op(0x07, dst, 0, 0, imm); }
inline Insn load32(uint8_t dst, uint8_t src, int16_t off) { return op(0x61, dst, src, off, 0); }
inline Insn load64(uint8_t dst, uint8_t src, int16_t off) { return op(0x79, dst, src, off, 0); }
inline Insn store64(uint8_t dst, int16_t off, uint8_t src) { return op(0x7b, dst, src, off, 0); }
inline Insn store64_imm(uint8_t dst, int16_t off, int32_t imm) {
  return op(0x7a, dst, 0, off, imm);
}
inline Insn jump_gt(uint8_t dst, uint8_t src, int16_t off) { return op(0x2d, dst, src, off, 0); }
inline Insn jump_eq(uint8_t dst, int32_t imm, int16_t off) { return op(0x15, dst, 0, off, imm); }
inline Insn call(int32_t helper) { return op(0x85, 0, 0, 0, helper); }
inline Insn call_local(int32_t distance) { return op(0x85, 0, 1, 0, distance); }
inline Insn exit_insn() { return op(0x95, 0, 0, 0, 0); }

// ld_imm64: two slots. src 1 loads map `low`, src 2 its value at offset `high`.
inline Code wide(uint8_t dst, uint64_t value, uint8_t src = 0) {
  return {op(0x18, dst, src, 0, static_cast<int32_t>(value)),
          op(0, 0, 0, 0, static_cast<int32_t>(value >> 32))};
}
inline Code load_map(uint8_t dst, uint32_t map) { return wide(dst, map, 1); }

inline Code operator+(Code a, const Code& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
inline Code operator+(Code a, const Insn& b) {
  a.push_back(b);
  return a;
}

inline ebpf::Program xdp(Code code, std::vector<ebpf::MapDef> maps = {}) {
  ebpf::Program program;
  program.name = "test";
  program.section = "xdp";
  program.insns = std::move(code);
  program.maps = std::move(maps);
  program.license = "GPL";
  return program;
}

inline ebpf::MapDef map_def(const char* name, uint32_t type, uint32_t key, uint32_t value,
                            uint32_t entries) {
  ebpf::MapDef def;
  def.name = name;
  def.type = type, def.key_bytes = key, def.value_bytes = value, def.max_entries = entries;
  return def;
}

}  // namespace ebpf_test
