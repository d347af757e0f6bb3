// Decoding of eBPF instructions: the rows of bpf.def as data, and their look-up.
// SPDX-License-Identifier: Apache-2.0
//
//   const InsnSpec* spec = find_spec(insn);
//   if (spec == nullptr) return base::invalid_input(illegal_reason(insn));
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>

#include "offload-compiler/ebpf/program.h"

namespace ebpf {

enum class Op : uint8_t {
#define BPF_INSN(op, ...) op,
#include "offload-compiler/ebpf/bpf.def"
#undef BPF_INSN
};

enum class Group : uint8_t {
  kBase32,
  kBase64,
  kAtomic32,
  kAtomic64,
  kDivmul32,
  kDivmul64,
  kPacket,
};

// How target `nfp` offloads an instruction: natively, or why its driver does not.
enum class NfpOffload : uint8_t {
  kNative,
  kNoOpcode,       // the driver's table lacks the opcode
  kNewerIsa,       // a v4 form in fields that were reserved when the driver was written
  kNoAtomicOp,     // an atomic operation other than add
  kNoStoreImm,     // in the driver's table, but its translation always fails
  kNoDirectValue,  // offloaded maps have no direct value access
  kNoPseudoLoad,   // addresses that only a kernel has
  kNoKernelCall,   // calls of kernel functions
};

// What a field of an instruction may hold.
struct Field {
  enum class Kind : uint8_t { kLiteral, kRegister, kAny };
  Kind kind = Kind::kLiteral;
  int32_t literal = 0;

  constexpr bool accepts(int32_t value) const {
    if (kind == Kind::kAny) return true;
    return kind == Kind::kRegister ? value >= 0 && value <= 10 : value == literal;
  }
  // True when no value is accepted by both.
  constexpr bool excludes(const Field& other) const {
    return kind == Kind::kLiteral && other.kind == Kind::kLiteral && literal != other.literal;
  }
};

struct InsnSpec {
  Op op;
  const char* text;
  uint8_t opcode;
  Field dst, src, off, imm;
  Group group;
  uint8_t version;
  NfpOffload nfp;

  constexpr bool matches(const Insn& insn) const {
    return insn.opcode == opcode && dst.accepts(insn.dst) && src.accepts(insn.src) &&
           off.accepts(insn.off) && imm.accepts(insn.imm);
  }
  // Two instruction slots: the second holds the upper half of the immediate.
  constexpr bool is_wide() const { return opcode == 0x18; }
  bool has_register_dst() const { return dst.kind == Field::Kind::kRegister; }
  bool has_register_src() const { return src.kind == Field::Kind::kRegister; }
};

namespace bpf_def {
inline constexpr Field Zero{}, Reg{Field::Kind::kRegister, 0}, Any{Field::Kind::kAny, 0};
constexpr Field Is(int32_t literal) { return {Field::Kind::kLiteral, literal}; }
using enum Group;
using enum NfpOffload;
inline constexpr InsnSpec kRows[] = {
#define BPF_INSN(op, text, opcode, dst, src, off, imm, group, version, nfp) \
  {Op::op, text, opcode, dst, src, off, imm, group, version, nfp},
#include "offload-compiler/ebpf/bpf.def"
#undef BPF_INSN
};
}  // namespace bpf_def

// All rows; the index of a row is its Op.
inline constexpr auto& kInsnSpecs = bpf_def::kRows;
inline constexpr size_t kInsnSpecCount = std::size(bpf_def::kRows);

constexpr const InsnSpec& spec_of(Op op) { return kInsnSpecs[static_cast<size_t>(op)]; }

// The row that the instruction fits, or nullptr: unknown opcode, register above r10, a reserved
// field in use.
const InsnSpec* find_spec(const Insn& insn);

// Why find_spec() found nothing: the field, its value and what is allowed.
std::string illegal_reason(const Insn& insn);

// Why target `nfp` refuses the instruction, in the driver's words where it has any; empty when it
// is native.
std::string nfp_refusal(const InsnSpec& spec, const Insn& insn);

const char* to_string(Group group);  // as RFC 9669 spells it: "base32"

}  // namespace ebpf
