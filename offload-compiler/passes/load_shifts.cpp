// Drops the shift pair behind a word load by packet offset: the load clears the upper half itself.
// SPDX-License-Identifier: Apache-2.0
//
// before: r0 = *(u32 *)skb[14]     after: r0 = *(u32 *)skb[14]
//         r0 <<= 32                       -
//         r0 >>= 32                       -
//
// requires: jump targets are marked
// ensures:  a pair into which something branches stays
#include "offload-compiler/nfp/opcode.h"
#include "offload-compiler/passes/passes.h"

namespace offload {
namespace {

bool shifts_r0_by_32(const ebpf::Insn& insn, unsigned direction) {
  return insn.opcode == (BPF_ALU64 | direction | BPF_K) && insn.imm == 32 && insn.dst == 0 &&
         insn.src == 0;
}

bool is_shift_pair(const ebpf::Insn& first, const ebpf::Insn& second) {
  return (shifts_r0_by_32(first, BPF_LSH) && shifts_r0_by_32(second, BPF_RSH)) ||
         (shifts_r0_by_32(first, BPF_RSH) && shifts_r0_by_32(second, BPF_LSH));
}

}  // namespace

void skip_load_shifts(Plan& plan) {
  for (size_t i = 0; i + 2 < plan.insns.size(); ++i) {
    const ebpf::Insn& load = plan.insns[i].insn;
    PlannedInsn& first = plan.insns[i + 1];
    PlannedInsn& second = plan.insns[i + 2];
    if (!is_packet_offset_load(load) || access_bytes(load) != 4) continue;
    if (!is_shift_pair(first.insn, second.insn) || first.jump_target || second.jump_target)
      continue;
    first.skip = Skip::kCombined;
    second.skip = Skip::kCombined;
  }
}

}  // namespace offload
