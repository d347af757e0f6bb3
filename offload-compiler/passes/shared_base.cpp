// Distances of accesses: known where the pointer is the same on every path, or still in the same register.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/passes/shared_base.h"

#include "offload-compiler/passes/register_use.h"

namespace offload {

void SharedBase::pass(const PlannedInsn& planned) {
  if (head_ != nullptr) written_ |= writes_register(planned.insn, head_->insn.src);
}

bool SharedBase::may_differ(const PlannedInsn& load) const {
  if (head_ == nullptr || (!head_->facts.ptr_differs && !load.facts.ptr_differs)) return false;
  return head_->insn.src != load.insn.src || written_;
}

bool copy_bases_may_differ(const PlannedInsn& load, const PlannedInsn& store) {
  return load.facts.ptr.type == store.facts.ptr.type && load.insn.src != store.insn.dst &&
         (load.facts.ptr_differs || store.facts.ptr_differs);
}

}  // namespace offload
