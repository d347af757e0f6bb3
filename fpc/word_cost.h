// What a word costs its core, as far as the word and the one before it tell.
// SPDX-License-Identifier: Apache-2.0
//
//   cost_of(insn, &before).straight      // cycles when no condition is met
//
// Filled defer slots are words of their own: they are not in the cost of the word that they belong to.
#pragma once

#include "fpc/insn.h"

namespace fpc {

// Whether the word changes N and Z.
bool sets_flags(const Insn& insn);

// Defer slots behind a branch, or behind a command that gives up the core.
unsigned defer_slots_of(const Insn& insn);

struct WordCost {
  unsigned straight = 0;  // falls through; what always branches or gives up the core pays for that
  unsigned taken = 0;     // of a conditional branch that is taken; 0: the word is none
};

// `before`: the word that runs just before, nullptr when nobody knows. Waits for memory and for the spacing of commands
// are the card's, not the word's.
WordCost cost_of(const Insn& insn, const Insn* before);

}  // namespace fpc
