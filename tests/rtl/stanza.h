// Building blocks of programs that reach a given bin: a few words that prepare everything that one word needs.
// SPDX-License-Identifier: Apache-2.0
//
//   Stanza s(words, random);
//   fpc::Insn insn = s.random_word(row);                                   // legal fields, no operands
//   s.choose_operands(insn, Position::kLeft, OperandClass::kLmemUp);       // that one, the others at random
//   s.load_operands(insn);                                                 // words: values and index registers
//   s.put(insn);                                                           // the word itself
//
// A stanza goes on behind itself: what it branches to lies within it, the signals that it waits for come.
#pragma once

#include <random>
#include <set>
#include <vector>

#include "fpc/insn.h"
#include "fpc/isa.h"
#include "tests/rtl/bins.h"

namespace rtl::test {

class Stanza {
 public:
  Stanza(std::vector<fpc::Word>& words, std::mt19937_64& random) : words_(words), random_(random) {}

  unsigned below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }
  bool coin() { return below(2) != 0; }
  uint64_t bits() { return random_(); }
  uint32_t corner();   // where carries, signs and shifts change
  unsigned address();  // of the next word

  // --- words -------------------------------------------------------------------------------------
  void put(const fpc::Insn& insn);  // must encode
  void put_word(fpc::Word stored) { words_.push_back(stored); }
  void nop() { put(fpc::nop()); }
  void compute();  // any word on registers that cannot fault
  void settle();   // until index registers show what was written
  void set(const fpc::Operand& gpr, uint32_t value);
  void publish(uint32_t prev_a, uint32_t prev_r);
  void set_flags();                    // at random
  void raise_signal(unsigned number);  // every other time

  // --- operands ----------------------------------------------------------------------------------
  fpc::Operand scratch(fpc::Bank bank);  // a register that the stanza has not used
  fpc::Operand operand(const fpc::InsnSpec& row, Position position, OperandClass which);

  // All fields but operands, defer slots and target: legal, and what its kind of word needs to go on.
  fpc::Insn random_word(const fpc::InsnSpec& row);

  // Operands at random; the one at `position` is a `which`. With `plain` the others are registers and constants.
  void choose_operands(fpc::Insn& insn, Position position, OperandClass which, bool plain = false);
  void choose_operands(fpc::Insn& insn, bool plain = false);

  // Corner values into the sources; index registers of sources and destination. With `value` the left one has that.
  void load_operands(const fpc::Insn& insn);
  void load_operands(const fpc::Insn& insn, uint32_t value);
  void aim(unsigned lm_index, uint32_t byte_address);
  void aim_transfer(unsigned number);  // T_INDEX, at the context's own

  // What a shift or an override takes from the word before, where it takes something.
  void prepare(const fpc::Insn& insn);

  // The word and what belongs to it: filled slots, a target, words that are jumped over. A jump needs a left value below
  // its own address.
  void finish(fpc::Insn insn);

 private:
  OperandClass random_class(const fpc::InsnSpec& row, Position position, bool plain);
  void fill_command(fpc::Insn& insn);
  void fill_transfer(unsigned number, uint32_t value);
  void load(const fpc::Operand& source, uint32_t value);

  std::vector<fpc::Word>& words_;
  std::mt19937_64& random_;
  std::set<unsigned> used_;       // register numbers
  unsigned transfer_number_ = 0;  // what T_INDEX names in this stanza
  uint32_t left_value_ = 0;       // in the left source
};

// alu or alu_shf without a shift
fpc::Insn alu(fpc::Op op, const fpc::Operand& dst, const fpc::Operand& a, const fpc::Operand& b);

}  // namespace rtl::test
