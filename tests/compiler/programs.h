// Small programs for tests of the compiler: frames around a few instructions of interest.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/bpf.h>

#include <utility>

#include "tests/ebpf/asm.h"

namespace test {

using ebpf_test::add;
using ebpf_test::call;
using ebpf_test::Code;
using ebpf_test::exit_insn;
using ebpf_test::mov;
using ebpf_test::mov_reg;
using ebpf_test::op;
using ebpf_test::operator+;

constexpr uint8_t kBytes1 = BPF_B, kBytes2 = BPF_H, kBytes4 = BPF_W, kBytes8 = BPF_DW;

inline ebpf::Insn load(uint8_t size, uint8_t dst, uint8_t base, int16_t off) {
  return op(static_cast<uint8_t>(BPF_LDX | BPF_MEM | size), dst, base, off, 0);
}
inline ebpf::Insn store(uint8_t size, uint8_t base, int16_t off, uint8_t src) {
  return op(static_cast<uint8_t>(BPF_STX | BPF_MEM | size), base, src, off, 0);
}
inline ebpf::Insn atomic(uint8_t size, uint8_t base, int16_t off, uint8_t src, int32_t kind) {
  return op(static_cast<uint8_t>(BPF_STX | BPF_ATOMIC | size), base, src, off, kind);
}
inline ebpf::Insn alu64(uint8_t operation, uint8_t dst, int32_t imm) {
  return op(static_cast<uint8_t>(BPF_ALU64 | operation | BPF_K), dst, 0, 0, imm);
}
inline ebpf::Insn alu64_reg(uint8_t operation, uint8_t dst, uint8_t src) {
  return op(static_cast<uint8_t>(BPF_ALU64 | operation | BPF_X), dst, src, 0, 0);
}

// r0 = code; exit
inline Code leave(int32_t code = 2) { return Code{mov(0, code), exit_insn()}; }

// r2 and r3 are the packet's start and end, `bytes` of it are proven; the body may fall out of its end.
inline Code with_packet(int32_t bytes, const Code& body) {
  return Code{load(kBytes4, 2, 1, 0), load(kBytes4, 3, 1, 4), mov_reg(4, 2), add(4, bytes),
              ebpf_test::jump_gt(4, 3, static_cast<int16_t>(body.size()))} +
         body + leave();
}

// r5 is an unknown byte of the packet.
inline Code with_unknown_byte(const Code& body) {
  return with_packet(64, Code{load(kBytes1, 5, 2, 0)} + body);
}

// r0 is the value that map 0 has for the key in the four bytes below r10.
inline Code with_map_value(const Code& body) {
  return Code{mov(2, 0), store(kBytes4, 10, -4, 2), mov_reg(2, 10), add(2, -4)} +
         ebpf_test::load_map(1, 0) + call(BPF_FUNC_map_lookup_elem) +
         ebpf_test::jump_eq(0, 0, static_cast<int16_t>(body.size())) + body + leave();
}

inline ebpf::MapDef array_map(uint32_t value_bytes = 16) {
  return ebpf_test::map_def("counts", BPF_MAP_TYPE_ARRAY, 4, value_bytes, 8);
}

inline ebpf::Program xdp(Code code, std::vector<ebpf::MapDef> maps = {}) {
  return ebpf_test::xdp(std::move(code), std::move(maps));
}
inline ebpf::Program tc(Code code) {
  ebpf::Program program = xdp(std::move(code));
  program.type = ebpf::ProgType::kSchedCls;
  return program;
}

}  // namespace test
