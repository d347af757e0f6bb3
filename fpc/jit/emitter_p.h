// Inside the emitter: the state of one trace being emitted.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <vector>

#include "fpc/insn.h"
#include "fpc/jit/emitter.h"
#include "fpc/jit/translation.h"
#include "fpc/jit/value_map.h"

namespace fpc::jit {

// Where a result goes: a place of the slot and its mirror, or a word of local memory.
struct Destination {
  bool is_lm = false;
  Loc loc = kSinkLoc, mirror = kSinkLoc;
  Value lm_address = 0;
  unsigned lm_offset = 0;
};

// A way out of the trace, emitted behind it.
struct Exit {
  asmjit::Label label;
  Return how = Return::kGoOn;
  uint32_t address = 0;
  uint32_t words = 0, cycles = 0;
  uint16_t previous = 0;         // word executed last
  bool keeps_previous = false;   // none of the trace's was
  uint32_t cycles_if_fresh = 0;  // more, if the word before the trace set the condition codes
  std::vector<Store> stores;
};

class Emitter {
 public:
  Emitter(const Trace& trace, const CodeStore::Decoded& code, const void* epilogue,
          asmjit::x86::Assembler& out)
      : trace_(trace), code_(code), epilogue_(epilogue), out_(out), map_(out) {}
  void run();

 private:
  const MicroOp& op(const Item& item) const { return code_.ops[item.address]; }
  const Insn& insn(const Item& item) const { return code_.insns[item.address]; }
  uint32_t words_before(const Item& item) const {
    return static_cast<uint32_t>(&item - trace_.items.data());
  }

  // emitter.cpp
  void check_budget();
  void check_previous();
  void emit_item(const Item& item);
  void emit_end();
  Exit exit_before(const Item& item, Return how) const;
  Exit exit_behind(size_t words, Return how, uint32_t address, uint32_t cycles) const;
  void leave_at_end(const Exit& exit);
  void emit_stub(const Exit& exit);
  void emit_counters(const Exit& exit);

  // emit_operands.cpp
  Value source(Place place, uint8_t constant);
  void check_lm(const Item& item, unsigned slots = 0);
  void emit_slots(unsigned slots);
  void check_lm_place(Place place, const Item& item, const asmjit::Label& fallback);
  void check_lm_age(unsigned index, const Item& item, const asmjit::Label& fallback);
  Value read_lm(Place place);
  Destination destination(const MicroOp& word);
  void post_modify(const MicroOp& word);
  void store(const Destination& to, Value value);

  void emit_csr_write(const Item& item);

  // emit_alu.cpp
  void emit_plain(const Item& item);
  void emit_alu(const Item& item);
  Value emit_function(const Item& item, Value a, Value b);
  Value emit_logic(asmjit::InstId instruction, Value a, Value b);
  Value emit_not(Value v);
  Value emit_sum(const Item& item, Value a, Value b);
  void prepare_carry(bool as_borrow);
  void keep_carry(const Item& item, bool is_borrow);
  Value copy_of(Value v);
  void emit_multiplication(const Item& item);
  void emit_product(const Item& item);

  // emit_shift.cpp
  Value shifted(const Item& item, Value a, Value b);
  Value shifted_by(ShiftControl control, Value a, Value b, unsigned amount);
  Value shifted_indirect(ShiftControl control, Value a, Value b);
  Value emit_asr(const Item& item, Value b);
  Value merged(Value old, Value value, uint32_t lanes);
  void emit_immed(const Item& item);
  void emit_ld_field(const Item& item);

  // emit_control.cpp
  void emit_branch(const Item& item);
  asmjit::x86::CondCode emit_condition(const Item& item);
  asmjit::x86::CondCode emit_signed_condition(Op op);
  void emit_jump(const Item& item);
  void emit_command(const Item& item);
  void emit_address(const Item& item);

  const Trace& trace_;
  const CodeStore::Decoded& code_;
  const void* epilogue_;
  asmjit::x86::Assembler& out_;
  ValueMap map_;
  std::vector<Exit> exits_;
  size_t next_item_ = 0;

  // Of each index register: the value whose bits were tested, and which; the cycle of its last write in this trace.
  struct Index {
    Value tested = 0;
    uint32_t bits = 0;
    bool written = false;
    bool is_old = false;  // old enough for the rest of the trace
    uint32_t written_at = 0;
  };
  std::array<Index, 4> indices_{};
};

}  // namespace fpc::jit
