// Sorts loads and stores by the memory that their base pointer points to.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/codegen/lowering.h"
#include "offload-compiler/nfp/opcode.h"
#include "offload-compiler/nfp/refusal.h"

namespace offload {
namespace {

using ebpf::RegType;

void refuse(Lowering& lowering, const PlannedInsn& planned) {
  const ebpf::RegType type = planned.facts.ptr.type;
  // The rules never see stores of immediates, so that their pointer has no type (defect B8).
  if (is_immediate_store(planned.insn) && type == RegType::kNotInit)
    return lowering.out.refuse(refusal<Rule::kStoreImmediate>(planned.insn.opcode));
  lowering.out.refuse(
      refusal<Rule::kPointerLowering>(access_bytes(planned.insn), static_cast<int>(type)));
}

void lower_load(Lowering& lowering, uint32_t index) {
  const PlannedInsn& planned = lowering.plan.insns[index];
  if (planned.copy_bytes != 0) return lower_copy(lowering, index);
  switch (planned.facts.ptr.type) {
    case RegType::kCtx:
      return lower_context_load(lowering, planned);
    case RegType::kPacket:
      return lower_packet_load(lowering, planned);
    case RegType::kStack:
      return lower_stack_access(lowering, planned);
    case RegType::kMapValue:
      return lower_map_load(lowering, planned);
    default:
      return refuse(lowering, planned);
  }
}

void lower_store(Lowering& lowering, const PlannedInsn& planned) {
  const RegType type = planned.facts.ptr.type;
  if (type != RegType::kStack) lowering.supply_frame_pointer(planned.insn);
  if (type == RegType::kPacket) return lower_packet_store(lowering, planned);
  if (type == RegType::kMapValue) return lower_map_store(lowering, planned);
  if (type == RegType::kStack &&
      (is_register_store(planned.insn) || lowering.plan.fixes(Defect::kStoreImmediate)))
    return lower_stack_access(lowering, planned);
  if (is_immediate_store(planned.insn)) return refuse(lowering, planned);
  if (type == RegType::kCtx) return lower_context_store(lowering, planned);
  refuse(lowering, planned);
}

}  // namespace

void lower_memory_access(Lowering& lowering, uint32_t index) {
  const PlannedInsn& planned = lowering.plan.insns[index];
  is_load(planned.insn) ? lower_load(lowering, index) : lower_store(lowering, planned);
}

}  // namespace offload
