// The lowering at work: what the families of instructions share, and one function per family.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "fpc/firmware/capability.h"
#include "offload-compiler/codegen/emitter.h"
#include "offload-compiler/passes/plan.h"
#include "offload-compiler/passes/register_use.h"

namespace offload {

// A word whose branch leads to an eBPF instruction.
struct PendingBranch {
  uint32_t word;
  uint32_t target;  // instruction
};

// A call of a subprogram that saves registers: the word that holds the callee's address.
struct PendingAddress {
  uint32_t word;
  uint32_t target;  // instruction
};

struct Lowering {
  Lowering(const Plan& the_plan, const firmware::Capability& the_capability)
      : plan(the_plan), capability(the_capability), out(the_capability.max_words) {}

  const Plan& plan;
  const firmware::Capability& capability;
  Emitter out;
  unsigned frame_bytes = 0;  // of the current subprogram, a multiple of 4
  std::vector<PendingBranch> branches;
  std::vector<PendingAddress> callees;
  std::optional<LiveRegisters> live;  // once a copy asks

  void branch_to(fpc::Op op, uint32_t target) {
    branches.push_back({out.here(), target});
    out.branch(op, 0);
  }
  // Whether the copy that begins here ends with another load of its register than the driver's, which would matter.
  bool fixes_reload(uint32_t copy);
  // Gives r10 a value where an instruction takes it for an ordinary register, which it is not for the driver (defect B9).
  void supply_frame_pointer(const ebpf::Insn& insn);
  // Clears the upper half of a register when the verifier asked for it.
  void zero_extend(const PlannedInsn& insn, unsigned bpf_register) {
    if (insn.facts.zext) out.immediate(both(high(bpf_register)), 0);
  }
};

void lower_alu(Lowering& lowering, const PlannedInsn& insn);
void lower_shift(Lowering& lowering, const PlannedInsn& insn);
void lower_multiply(Lowering& lowering, const PlannedInsn& insn);
void lower_divide(Lowering& lowering, const PlannedInsn& insn);
void lower_load_imm64(Lowering& lowering, const PlannedInsn& low_half,
                      const PlannedInsn& high_half);
void lower_jump(Lowering& lowering, const PlannedInsn& insn);

void lower_memory_access(Lowering& lowering, uint32_t index);
void lower_stack_access(Lowering& lowering, const PlannedInsn& insn);
void lower_packet_load(Lowering& lowering, const PlannedInsn& insn);
void lower_packet_store(Lowering& lowering, const PlannedInsn& insn);
void lower_context_load(Lowering& lowering, const PlannedInsn& insn);
void lower_context_store(Lowering& lowering, const PlannedInsn& insn);
void lower_map_load(Lowering& lowering, const PlannedInsn& insn);
void lower_map_store(Lowering& lowering, const PlannedInsn& insn);
void lower_copy(Lowering& lowering, uint32_t head);
void lower_atomic_add(Lowering& lowering, const PlannedInsn& insn);
void lower_packet_offset_load(Lowering& lowering, const PlannedInsn& insn);

void lower_helper_call(Lowering& lowering, const PlannedInsn& insn, uint32_t index);
void lower_adjust_head(Lowering& lowering, uint32_t index);
void lower_adjust_tail(Lowering& lowering);
void lower_local_call(Lowering& lowering, const PlannedInsn& insn);
void lower_exit(Lowering& lowering, const PlannedInsn& insn);

void emit_intro(Lowering& lowering);
void emit_frame_intro(Lowering& lowering);
struct Exits {
  uint32_t abort, out;
};
Exits emit_xdp_exits(Lowering& lowering);
Exits emit_tc_exits(Lowering& lowering);
uint32_t emit_push_subroutine(Lowering& lowering);
uint32_t emit_pop_subroutine(Lowering& lowering);

}  // namespace offload
