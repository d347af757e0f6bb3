// Whether two accesses whose pointers the driver takes for the same are at the same distance on all paths.
// SPDX-License-Identifier: Apache-2.0
//
// The driver compares what the last verified path knew of the pointers (defect B14).
#pragma once

#include "offload-compiler/passes/plan.h"

namespace offload {

// Follows one straight run of instructions from the access that began it.
class SharedBase {
 public:
  void begin(const PlannedInsn& head) {
    head_ = &head;
    written_ = false;
  }
  // Every instruction of the run, the head included, when control leaves it.
  void pass(const PlannedInsn& planned);
  // `load` and the head have another distance on some path.
  bool may_differ(const PlannedInsn& load) const;

 private:
  const PlannedInsn* head_ = nullptr;
  bool written_ = false;  // its base register, since then
};

// Of the two sides of a copy: memory of the same kind whose distance differs between paths.
bool copy_bases_may_differ(const PlannedInsn& load, const PlannedInsn& store);

}  // namespace offload
