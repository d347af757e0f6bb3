// Look-up in the tables of classic BPF.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/classic/program.h"

#include <linux/filter.h>

namespace classic {
namespace {

constexpr bool rows_are_sorted() {
  for (size_t i = 1; i < std::size(kInsnSpecs); ++i) {
    if (kInsnSpecs[i - 1].code >= kInsnSpecs[i].code) return false;
  }
  return true;
}
static_assert(rows_are_sorted(), "rows of classic.def are sorted by opcode, each once");
static_assert(kMaxInsns == BPF_MAXINSNS && kScratchWords == BPF_MEMWORDS);
static_assert(kAncillaryBase == static_cast<uint32_t>(SKF_AD_OFF));
#define CLASSIC_ANCILLARY(name, offset, listing, reading, reason) \
  static_assert(SKF_AD_##name == (offset));
#include "offload-compiler/ebpf/classic/ancillary.def"
#undef CLASSIC_ANCILLARY

}  // namespace

const InsnSpec* find_spec(uint16_t code) {
  for (const InsnSpec& spec : kInsnSpecs) {
    if (spec.code == code) return &spec;
  }
  return nullptr;
}

bool is_conditional_jump(const Insn& insn) {
  return BPF_CLASS(insn.code) == BPF_JMP && BPF_OP(insn.code) != BPF_JA;
}

bool is_return(const Insn& insn) { return BPF_CLASS(insn.code) == BPF_RET; }

bool is_absolute_load(const Insn& insn) {
  return BPF_CLASS(insn.code) == BPF_LD && BPF_MODE(insn.code) == BPF_ABS;
}

const Ancillary* find_ancillary(uint32_t k) {
  if (k < kAncillaryBase) return nullptr;
  for (const Ancillary& row : kAncillaries) {
    if (row.offset == k - kAncillaryBase) return &row;
  }
  return nullptr;
}

}  // namespace classic
