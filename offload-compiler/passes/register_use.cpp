// Backward spread of reads over the control flow until nothing changes.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/passes/register_use.h"

#include <numeric>

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

constexpr unsigned kRegisters = 11;

template <typename Predicate>
uint16_t mask_where(Predicate predicate) {
  unsigned mask = 0;
  for (unsigned reg = 0; reg < kRegisters; ++reg) mask |= predicate(reg) ? 1u << reg : 0;
  return static_cast<uint16_t>(mask);
}

struct Effect {
  uint16_t reads = 0, writes = 0;
};

Effect effect_of(const PlannedInsn& planned) {
  if (!planned.facts.visited) return {};
  return {mask_where([&](unsigned reg) { return reads(planned.insn, reg); }),
          mask_where([&](unsigned reg) { return writes_register(planned.insn, reg); })};
}

bool jumps(const PlannedInsn& planned) {
  return planned.target != kNoInsn && !is_local_call(planned.insn);
}

bool falls_through(const PlannedInsn& planned) {
  return !is_plain_jump(planned.insn) && !is_exit(planned.insn);
}

// Where each instruction is jumped to from.
std::vector<std::vector<uint32_t>> jump_sources(const Plan& plan) {
  std::vector<std::vector<uint32_t>> sources(plan.insns.size());
  for (uint32_t i = 0; i < plan.insns.size(); ++i)
    if (jumps(plan.insns[i])) sources[plan.insns[i].target].push_back(i);
  return sources;
}

}  // namespace

bool writes_register(const ebpf::Insn& insn, unsigned reg) {
  if (is_call(insn)) return reg <= BPF_REG_5;
  if (is_packet_offset_load(insn)) return reg == BPF_REG_0;
  return (is_alu(insn) || is_load(insn) || is_load_imm64(insn)) && insn.dst == reg;
}

LiveRegisters::LiveRegisters(const Plan& plan) : live_(plan.insns.size()) {
  const std::vector<std::vector<uint32_t>> sources = jump_sources(plan);
  std::vector<uint32_t> open(plan.insns.size());
  std::iota(open.begin(), open.end(), 0);
  while (!open.empty()) {
    const uint32_t at = open.back();
    open.pop_back();
    const PlannedInsn& planned = plan.insns[at];
    unsigned behind = 0;
    if (jumps(planned)) behind |= live_[planned.target];
    if (falls_through(planned) && at + 1 < live_.size()) behind |= live_[at + 1];
    const Effect effect = effect_of(planned);
    const auto before = static_cast<uint16_t>(effect.reads | (behind & ~unsigned{effect.writes}));
    if (before == live_[at]) continue;
    live_[at] = before;
    open.insert(open.end(), sources[at].begin(), sources[at].end());
    if (at > 0 && falls_through(plan.insns[at - 1])) open.push_back(at - 1);
  }
}

}  // namespace offload
