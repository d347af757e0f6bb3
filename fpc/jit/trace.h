// What is translated at once: the words that execute one after the other from an address, up to a boundary.
// SPDX-License-Identifier: Apache-2.0
//
// A trace follows the path of branches that are not taken and of unconditional ones that are; it has one entry and an exit at
// every conditional branch. Words that the translator leaves to the interpreter end it.
#pragma once

#include <cstdint>
#include <vector>

#include "fpc/interpreter_p.h"

namespace fpc::jit {

enum class Kind : uint8_t {
  kPlain,     // computes; cannot leave the trace but by falling back
  kMultiply,  // first word of a whole multiplication; the words behind it are kCovered
  kCovered,
  kBranch,   // conditional: leaves the trace when taken; its defer slots follow it
  kAlways,   // the trace goes on at its target
  kJump,     // to an address in a register; ends the trace
  kCommand,  // ends the trace, behind its defer slots
};

struct Item {
  uint16_t address = 0;
  Kind kind = Kind::kPlain;
  bool carry_is_read = false;    // C and V of this word may be looked at
  bool operand_is_read = false;  // so may PREV_A
  uint32_t cycles = 0;           // of the trace before this word, bubbles included
};

enum class End : uint8_t {
  kGoOn,       // at `next`, with another trace
  kInterpret,  // the word at `next` is the interpreter's
  kItem,       // the last jump or command says where
};

struct Trace {
  std::vector<Item> items;
  End end = End::kGoOn;
  uint32_t next = 0;
  uint32_t cycles = 0;  // of all items
};

// Empty when the word at `address` is the interpreter's.
Trace select_trace(const CodeStore::Decoded& code, unsigned address);

constexpr bool is_lm(Place place) { return (place & kLmPlace) != 0; }
inline bool touches_lm(const MicroOp& op) { return is_lm(op.a) || is_lm(op.b) || is_lm(op.dst); }

}  // namespace fpc::jit
