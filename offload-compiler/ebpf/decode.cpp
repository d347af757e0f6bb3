// Finds the row of bpf.def for an instruction; words why there is none, or none on the card.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/decode.h"

#include <fmt/format.h>

#include <array>

namespace ebpf {
namespace {

constexpr bool rows_are_sorted() {
  for (size_t i = 1; i < kInsnSpecCount; ++i) {
    if (kInsnSpecs[i - 1].opcode > kInsnSpecs[i].opcode) return false;
  }
  return true;
}

constexpr bool collide(const InsnSpec& a, const InsnSpec& b) {
  return a.opcode == b.opcode && !a.dst.excludes(b.dst) && !a.src.excludes(b.src) &&
         !a.off.excludes(b.off) && !a.imm.excludes(b.imm);
}

constexpr bool rows_are_disjoint() {
  for (size_t i = 0; i < kInsnSpecCount; ++i) {
    for (size_t j = i + 1; j < kInsnSpecCount; ++j) {
      if (collide(kInsnSpecs[i], kInsnSpecs[j])) return false;
    }
  }
  return true;
}

static_assert(rows_are_sorted(), "rows of bpf.def are sorted by opcode");
static_assert(rows_are_disjoint(), "no instruction fits two rows of bpf.def");

// first_row[opcode] .. first_row[opcode + 1]: the rows of that opcode.
constexpr auto kFirstRow = [] {
  std::array<uint16_t, 257> first{};
  size_t row = 0;
  for (size_t opcode = 0; opcode < 256; ++opcode) {
    first[opcode] = static_cast<uint16_t>(row);
    while (row < kInsnSpecCount && kInsnSpecs[row].opcode == opcode) ++row;
  }
  first[256] = static_cast<uint16_t>(row);
  return first;
}();

std::string allowed_values(const Insn& insn, Field InsnSpec::*field) {
  std::string allowed;
  for (size_t row = kFirstRow[insn.opcode]; row < kFirstRow[insn.opcode + 1u]; ++row) {
    const Field& f = kInsnSpecs[row].*field;
    std::string one = f.kind == Field::Kind::kAny        ? "any"
                      : f.kind == Field::Kind::kRegister ? "0..10"
                                                         : fmt::format("{}", f.literal);
    if (fmt::format(", {},", allowed).find(fmt::format(", {},", one)) != std::string::npos)
      continue;
    allowed += allowed.empty() ? one : ", " + one;
  }
  return allowed;
}

bool some_row_accepts(const Insn& insn, Field InsnSpec::*field, int32_t value) {
  for (size_t row = kFirstRow[insn.opcode]; row < kFirstRow[insn.opcode + 1u]; ++row) {
    if ((kInsnSpecs[row].*field).accepts(value)) return true;
  }
  return false;
}

}  // namespace

const InsnSpec* find_spec(const Insn& insn) {
  for (size_t row = kFirstRow[insn.opcode]; row < kFirstRow[insn.opcode + 1u]; ++row) {
    if (kInsnSpecs[row].matches(insn)) return &kInsnSpecs[row];
  }
  return nullptr;
}

std::string illegal_reason(const Insn& insn) {
  if (kFirstRow[insn.opcode] == kFirstRow[insn.opcode + 1u]) {
    return fmt::format("unknown opcode {:#04x}", insn.opcode);
  }
  const struct {
    const char* name;
    Field InsnSpec::*field;
    int32_t value;
  } fields[] = {{"dst", &InsnSpec::dst, insn.dst},
                {"src", &InsnSpec::src, insn.src},
                {"off", &InsnSpec::off, insn.off},
                {"imm", &InsnSpec::imm, insn.imm}};
  for (const auto& f : fields) {
    if (!some_row_accepts(insn, f.field, f.value)) {
      return fmt::format("opcode {:#04x} has {} {}, allowed is {}", insn.opcode, f.name, f.value,
                         allowed_values(insn, f.field));
    }
  }
  return fmt::format("opcode {:#04x} has no form with dst {}, src {}, off {}, imm {} together",
                     insn.opcode, insn.dst, insn.src, insn.off, insn.imm);
}

std::string nfp_refusal(const InsnSpec& spec, const Insn& insn) {
  switch (spec.nfp) {
    case NfpOffload::kNative:
      return {};
    case NfpOffload::kNoOpcode:
      return fmt::format("[nfp] instruction {:#04x} not supported", insn.opcode);
    case NfpOffload::kNewerIsa:
      return fmt::format(
          "instruction {:#04x} with off {} is newer than the driver, which knows off 0",
          insn.opcode, insn.off);
    case NfpOffload::kNoAtomicOp:
      return fmt::format("[nfp] atomic op not implemented: {}", insn.imm);
    case NfpOffload::kNoStoreImm:
      return fmt::format(
          "store of an immediate (instruction {:#04x}) fails in the driver's translation",
          insn.opcode);
    case NfpOffload::kNoDirectValue:
      return "offloaded maps have no direct value access (global variables)";
    case NfpOffload::kNoPseudoLoad:
      return fmt::format("ld_imm64 with src {} loads an address that only a kernel has", insn.src);
    case NfpOffload::kNoKernelCall:
      return fmt::format("kernel function {} cannot be called on the card", insn.imm);
  }
  return {};
}

const char* to_string(Group group) {
  switch (group) {
    case Group::kBase32:
      return "base32";
    case Group::kBase64:
      return "base64";
    case Group::kAtomic32:
      return "atomic32";
    case Group::kAtomic64:
      return "atomic64";
    case Group::kDivmul32:
      return "divmul32";
    case Group::kDivmul64:
      return "divmul64";
    case Group::kPacket:
      return "packet";
  }
  return "";
}

}  // namespace ebpf
