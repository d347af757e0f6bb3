// Names of faults, as reports print them.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/core.h"

#include <cassert>

namespace fpc {

const char* to_string(FaultKind kind) {
  switch (kind) {
    case FaultKind::kNone:
      return "none";
    case FaultKind::kIllegalWord:
      return "illegal word";
    case FaultKind::kEccError:
      return "uncorrectable ECC error";
    case FaultKind::kBranchInDefer:
      return "branch or swap in a defer slot";
    case FaultKind::kLmWindow:
      return "local-memory offset does not fit the index register's alignment";
    case FaultKind::kMirrorMismatch:
      return "bank A and bank B copies differ";
    case FaultKind::kLmLatency:
      return "index register used within 3 instructions of its write";
    case FaultKind::kIndirectShift:
      return "indirect shift without alu or alu_shf before it";
    case FaultKind::kPcOutOfRange:
      return "program counter outside the control store";
    case FaultKind::kLmOutOfRange:
      return "local-memory address out of range";
    case FaultKind::kBadCommand:
      return "memory command with an illegal operand";
    case FaultKind::kWatchdog:
      return "no boundary within the cycle budget";
  }
  assert(false && "fault kind outside its enumeration");
  return "";
}

}  // namespace fpc
