// Reads the cost columns of isa.def for one word.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/word_cost.h"

#include "fpc/interpreter_handlers.h"
#include "fpc/interpreter_p.h"
#include "fpc/isa.h"

namespace fpc {
namespace {

bool gives_up_core(const Insn& insn) {
  const InsnSpec& row = spec(insn.op);
  return row.has(flag::kSwaps) ||
         (row.has(flag::kCommand) && insn.swap_mode != CommandSwap::kNoSwap);
}

}  // namespace

bool sets_flags(const Insn& insn) {
  return (spec(insn.op).has(flag::kSetsNz) && !insn.no_cc) || insn.load_cc;
}

unsigned defer_slots_of(const Insn& insn) {
  return spec(insn.op).has(flag::kCommand) ? defer_slots(insn.swap_mode) : insn.defer;
}

WordCost cost_of(const Insn& insn, const Insn* before) {
  const InsnSpec& row = spec(insn.op);
  const unsigned slots = defer_slots_of(insn);
  WordCost cost{.straight = row.issue};
  if (row.has(flag::kConditional)) {
    const bool fresh = before != nullptr && sets_flags(*before);
    cost.taken = 1u + bubbles_of(fresh ? row.fresh : row.taken, slots);
  } else if (row.has(flag::kBranch) || gives_up_core(insn)) {
    cost.straight = 1u + bubbles_of(row.taken, slots);
  }
  return cost;
}

}  // namespace fpc
