// eBPF programs as data: instructions, maps and debug lines of one program.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ebpf {

// One 8-byte instruction slot, fields as in RFC 9669. A 64-bit immediate load takes two slots.
struct Insn {
  uint8_t opcode = 0;
  uint8_t dst = 0;  // 4 bits
  uint8_t src = 0;  // 4 bits
  int16_t off = 0;
  int32_t imm = 0;
  bool operator==(const Insn&) const = default;
};
static_assert(sizeof(Insn) == 12);  // not the wire form: see insns_from_bytes()

enum class ProgType : uint8_t { kXdp, kSchedCls, kSocketFilter };
const char* to_string(ProgType type);  // "xdp", "sched_cls", "socket_filter"

struct MapDef {
  std::string name;
  uint32_t type = 0;  // BPF_MAP_TYPE_*
  uint32_t key_bytes = 0, value_bytes = 0, max_entries = 0, flags = 0;
  std::string key_btf, value_btf;  // BTF type names or empty
  std::vector<uint8_t> initial;    // value of entry 0 at load, or empty: zero; see is_constant()
  int32_t lock_off = -1;           // of the bpf_spin_lock in the value; negative: none
  bool operator==(const MapDef&) const = default;
};

struct LineInfo {
  uint32_t insn = 0;       // first instruction it describes
  std::string file, text;  // source file and the line's text
  uint32_t line = 0, column = 0;
};

// What a function wants of an argument.
struct FunctionArg {
  enum class Kind : uint8_t { kScalar, kContext, kMemory, kOther };
  Kind kind = Kind::kScalar;
  uint32_t bytes = 0;  // kMemory: of what it points to
  bool operator==(const FunctionArg&) const = default;
};

// A function of the program as its BTF describes it.
struct FunctionInfo {
  uint32_t insn = 0;  // its first
  std::string name;
  bool is_global = false;       // verified by itself, whatever its callers pass
  bool returns_scalar = false;  // an integer or enumeration
  std::vector<FunctionArg> args;
};

// Linked: subprograms are appended, calls are relative, ld_imm64 of a map has src = 1
// (BPF_PSEUDO_MAP_FD) and imm = index into maps. What libbpf would hand to PROG_LOAD, with map fds
// replaced by indices.
struct Program {
  std::string name;
  std::string section;
  ProgType type = ProgType::kXdp;
  std::vector<Insn> insns;
  std::vector<MapDef> maps;  // of the whole object, in the object's order
  std::vector<LineInfo> lines;
  std::vector<FunctionInfo> functions;  // by first instruction; empty without BTF
  std::string license;
  uint32_t flags = 0;  // prog_flags of PROG_LOAD, such as BPF_F_XDP_HAS_FRAGS
};

// Wire form (8 bytes a slot, little endian) to slots and back. `bytes` must be a multiple of 8.
std::vector<Insn> insns_from_bytes(const std::vector<uint8_t>& bytes);
std::vector<uint8_t> insns_to_bytes(const std::vector<Insn>& insns);

// First instructions of the main program (0) and of every subprogram that is called, ascending.
// Calls that leave the program are passed over.
std::vector<uint32_t> subprogram_starts(const std::vector<Insn>& insns);

}  // namespace ebpf
