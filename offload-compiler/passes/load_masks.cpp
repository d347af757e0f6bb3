// Drops the mask behind a load by packet offset that delivers no more bits than the mask keeps.
// SPDX-License-Identifier: Apache-2.0
//
// before: r0 = *(u8 *)skb[14]      after: r0 = *(u8 *)skb[14]
//         r0 &= 0xff                      -
//
// requires: jump targets are marked
// ensures:  a mask that something branches to stays
#include "offload-compiler/nfp/opcode.h"
#include "offload-compiler/passes/passes.h"

namespace offload {
namespace {

// The mask that keeps all bytes of the load; -1 of a word load is kept as the driver has it.
int32_t mask_of(const ebpf::Insn& load) {
  switch (access_bytes(load)) {
    case 1:
      return 0xff;
    case 2:
      return 0xffff;
    default:
      return -1;
  }
}

}  // namespace

void skip_load_masks(Plan& plan) {
  for (size_t i = 0; i + 1 < plan.insns.size(); ++i) {
    const ebpf::Insn& load = plan.insns[i].insn;
    PlannedInsn& next = plan.insns[i + 1];
    if (!is_packet_offset_load(load) || access_bytes(load) == 8) continue;
    if (next.insn.opcode != (BPF_ALU64 | BPF_AND | BPF_K) || next.insn.imm != mask_of(load) ||
        next.insn.dst != 0 || next.insn.src != 0)
      continue;
    if (!next.jump_target) next.skip = Skip::kCombined;
  }
}

}  // namespace offload
