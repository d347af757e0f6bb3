// Forward search over the control flow for a read that no write precedes.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/passes/register_use.h"

#include "offload-compiler/nfp/opcode.h"

namespace offload {
namespace {

bool reads(const ebpf::Insn& insn, unsigned reg) {
  if (is_exit(insn)) return reg == BPF_REG_0;
  if (is_call(insn)) return reg >= BPF_REG_1 && reg <= BPF_REG_5;
  if (is_load_imm64(insn) || is_plain_jump(insn)) return false;
  if (is_alu(insn)) {
    const bool reads_dst = operation(insn) != BPF_MOV;
    const bool reads_src = has_register_source(insn) && operation(insn) != BPF_END;
    return (reads_dst && insn.dst == reg) || (reads_src && insn.src == reg);
  }
  if (is_conditional_jump(insn))
    return insn.dst == reg || (has_register_source(insn) && insn.src == reg);
  if (is_load(insn)) return insn.src == reg;
  if (is_register_store(insn) || is_atomic(insn)) return insn.dst == reg || insn.src == reg;
  if (is_immediate_store(insn)) return insn.dst == reg;
  return is_packet_offset_load(insn) &&
         (reg == BPF_REG_6 || (BPF_MODE(insn.opcode) == BPF_IND && insn.src == reg));
}

bool writes(const ebpf::Insn& insn, unsigned reg) {
  if (is_call(insn)) return reg <= BPF_REG_5;
  if (is_packet_offset_load(insn)) return reg == BPF_REG_0;
  return (is_alu(insn) || is_load(insn) || is_load_imm64(insn)) && insn.dst == reg;
}

}  // namespace

bool is_read_from(const Plan& plan, uint32_t insn, unsigned reg) {
  std::vector<bool> seen(plan.insns.size());
  std::vector<uint32_t> open = {insn};
  while (!open.empty()) {
    const uint32_t at = open.back();
    open.pop_back();
    if (at >= plan.insns.size() || seen[at]) continue;
    seen[at] = true;
    const PlannedInsn& planned = plan.insns[at];
    if (planned.facts.visited && reads(planned.insn, reg)) return true;
    if (writes(planned.insn, reg) || is_exit(planned.insn)) continue;
    if (planned.target != kNoInsn && !is_local_call(planned.insn)) open.push_back(planned.target);
    if (!is_plain_jump(planned.insn)) open.push_back(at + 1);
  }
  return false;
}

}  // namespace offload
