// Which values of a trace are in which host registers, and which places of the core's state await them.
// SPDX-License-Identifier: Apache-2.0
//
//   Value a = map.read(loc);            // in a host register, or a constant
//   Value sum = map.fresh();            // a register for the caller to write
//   map.write(destination, sum);        // no store yet
//   map.end_word();                     // what no place holds any more is forgotten
//   for (Store s : map.pending()) ...   // what an exit has to store
//
// One value may be held by many places (both banks, PREV_R, N and Z) and costs one register.
#pragma once

#include <asmjit/x86.h>

#include <array>
#include <cstdint>
#include <vector>

#include "fpc/interpreter_p.h"

namespace fpc::jit {

// A 32-bit word of the state: word offset into Slot, or one of the core's below.
using Loc = uint16_t;
constexpr Loc kSlotLocs = sizeof(Slot) / 4;
enum : Loc { kNzLoc = kSlotLocs, kPrevALoc, kPrevRLoc, kMulALoc, kMulBLoc, kCsrLoc, kLocs };

constexpr Loc loc_of(Place place) { return static_cast<Loc>(place / 4); }
constexpr Loc kZeroLoc = offsetof(Slot, zero) / 4;
constexpr Loc kSinkLoc = offsetof(Slot, sink) / 4;
constexpr Loc lm_loc(unsigned index) {
  return static_cast<Loc>((offsetof(Slot, state) + offsetof(ContextState, lm_addr)) / 4 + index);
}

// Registers with a fixed job; rax, rcx and rdx are free between any two calls of ValueMap.
inline constexpr asmjit::x86::Gp kMachine = asmjit::x86::rbx, kSlot = asmjit::x86::rbp,
                                 kTable = asmjit::x86::r12, kInstructions = asmjit::x86::r14,
                                 kRemaining = asmjit::x86::r15;

asmjit::x86::Mem home_of(Loc loc);

using Value = uint16_t;

constexpr unsigned kPoolRegisters = 7;  // for values

struct Store {
  Loc loc;
  bool is_constant;
  uint32_t constant;
  uint8_t reg;
};
void emit_store(asmjit::x86::Assembler& out, const Store& store);

class ValueMap {
 public:
  explicit ValueMap(asmjit::x86::Assembler& out) : out_(out) { entries_.emplace_back(); }

  Value read(Loc loc);
  Value constant(uint32_t value);
  Value fresh();
  void write(Loc loc, Value value);
  void end_word();

  bool is_constant(Value v) const { return entries_[v].is_constant; }
  uint32_t constant_of(Value v) const { return entries_[v].constant; }
  asmjit::x86::Gp reg(Value v) const;  // of a value that is no constant
  // A constant gets a register, too.
  Value in_register(Value v);

  std::vector<Store> pending() const;

 private:
  static constexpr unsigned kRegs = kPoolRegisters;

  struct Entry {
    bool is_constant = false;
    bool pinned = false;
    int8_t reg = -1;
    uint16_t places = 0;
    uint32_t constant = 0;
    uint32_t used = 0;
  };
  struct Binding {
    Value value = 0;  // 0: memory has it
    bool dirty = false;
  };

  Value add(const Entry& entry);
  int8_t take_register();
  void evict(Value value);
  void unbind(Loc loc);
  void touch(Value value);

  asmjit::x86::Assembler& out_;
  std::vector<Entry> entries_;  // by Value; 0 is none
  std::array<Binding, kLocs> bindings_{};
  std::vector<Loc> bound_;
  std::vector<Value> pinned_;
  std::array<Value, kRegs> owners_{};
  uint32_t clock_ = 0;
};

}  // namespace fpc::jit
