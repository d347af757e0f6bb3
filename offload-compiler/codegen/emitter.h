// Collects the words of a program: a method per instruction class, relocations, and shared synthesis.
// SPDX-License-Identifier: Apache-2.0
//
//   Emitter out(limit);
//   out.begin(insn);                                // words that follow belong to this instruction
//   out.alu(both(low(0)), fpc::gpr_a(0), fpc::Op::kAluAdd, fpc::gpr_b(2));
//   Result<std::vector<fpc::Word>> words = out.finish();
//
// What is refused is collected; emission goes on harmlessly, beyond the limit as well, so that a program's need is known.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "fpc/firmware/image.h"
#include "fpc/insn.h"
#include "fpc/isa.h"
#include "offload-compiler/codegen/origin.h"
#include "offload-compiler/codegen/registers.h"
#include "offload-compiler/diagnostic.h"

namespace offload {

// Where a result goes: an operand, or one GPR number in both banks.
struct Destination {
  fpc::Operand operand;
  bool both_banks = false;

  constexpr Destination(fpc::Operand single) : operand(single) {}
  constexpr Destination(fpc::Operand a, bool mirrored) : operand(a), both_banks(mirrored) {}
};
constexpr Destination both(unsigned gpr) { return {fpc::gpr_a(gpr), true}; }

// A shift of the right operand. Amount 0 of a directed shift means "by the left operand of the
// previous instruction".
struct Shift {
  fpc::ShiftControl control = fpc::ShiftControl::kRotate;
  unsigned amount = 0;
};
constexpr Shift rotate_right(unsigned n) { return {fpc::ShiftControl::kRotate, n}; }
constexpr Shift shift_right(unsigned n) { return {fpc::ShiftControl::kRight, n}; }
constexpr Shift shift_left(unsigned n) { return {fpc::ShiftControl::kLeft, n}; }
constexpr Shift kIndirectRight = {fpc::ShiftControl::kRight, 0};
constexpr Shift kIndirectLeft = {fpc::ShiftControl::kLeft, 0};

struct Command {
  fpc::Op op{};
  fpc::AddressMode mode = fpc::AddressMode::kAPlusB;
  unsigned xfer = 0;
  fpc::Operand a, b;      // address; which is the base depends on the mode
  unsigned length = 1;    // in units of the operation; beyond 8 by an override alone
  bool indirect = false;  // the previous result overrides fields (nfp-isa 12.4)
  fpc::CommandSwap swap = fpc::CommandSwap::kSwap;
};

class Emitter {
 public:
  explicit Emitter(unsigned max_words) : max_words_(max_words) {}

  void begin(uint32_t insn) {
    source_ = insn;
    part_ = Part::kProgram;
  }
  void begin(Part part) { part_ = part; }  // words that no instruction asks for
  uint32_t here() const { return static_cast<uint32_t>(emitted_.size()); }

  void alu(Destination dst, fpc::Operand a, fpc::Op op, fpc::Operand b);
  void move(Destination dst, fpc::Operand from);
  void shift(Destination dst, fpc::Operand a, fpc::Op op, fpc::Operand b, Shift by);
  void shift(Destination dst, fpc::Operand from, Shift by);
  // Amount 0: by the left operand of the previous instruction, as with Shift.
  void double_shift_right(Destination dst, fpc::Operand high_word, fpc::Operand low_word,
                          unsigned amount = 0);
  // The fill bit is bit 31 of the previous result.
  void arithmetic_shift_right(Destination dst, fpc::Operand from, unsigned amount = 0);
  // Replaces the bytes of `mask` in the destination; field_clear() clears its other bytes.
  void field(Destination dst, unsigned mask, fpc::Operand from, Shift by = {});
  void field_clear(Destination dst, unsigned mask, fpc::Operand from, Shift by = {});
  void multiply_step(fpc::Op step, fpc::Operand a, fpc::Operand b);
  void multiply_result(fpc::Op last, Destination dst);
  void command(const Command& command);
  // The length of the indirect command that follows, in its units.
  void length_override(unsigned units);
  void write_csr(fpc::Csr csr, fpc::Operand from);
  void read_csr(fpc::Csr csr);
  void nops(unsigned count);

  // A 16-bit constant in one word; the relocatable one is an address within the program.
  void immediate(Destination dst, unsigned value);
  void address(Destination dst, uint32_t word);
  // The page (address >> 8) of a table that exists when the program is loaded, in two words.
  void table_page(Destination dst, uint32_t table);
  // Any 32-bit constant, in one or two words (nfp-isa 8).
  void constant(Destination dst, uint32_t value);
  // The constant as an operand: itself when it fits, else loaded into `scratch`. Restricted
  // operands hold 7 bits.
  fpc::Operand operand(uint32_t value, fpc::Operand scratch);
  fpc::Operand restricted_operand(uint32_t value, fpc::Operand scratch);

  // Branches within the program: to a word that is known, or later by set_target().
  uint32_t branch(fpc::Op op, uint32_t target, unsigned defer = 0);
  uint32_t branch_if_bit_set(fpc::Operand reg, unsigned bit, uint32_t target);
  // A branch whose target the loader fills in (types 2 to 7).
  uint32_t relocated_branch(fpc::Op op, firmware::Relocation relocation, unsigned defer = 0,
                            unsigned helper = 0);
  void return_to(fpc::Operand reg, unsigned defer = 0);

  void set_target(uint32_t word, uint32_t target);   // of a branch
  void set_address(uint32_t word, uint32_t target);  // of address()

  // The instruction at work has no words.
  void refuse(Diagnostic refusal);
  const std::vector<Diagnostic>& refusals() const { return refusals_; }

  // Words with their relocation types, no ECC. Error: the instruction whose word has no encoding.
  base::Result<std::vector<fpc::Word>> finish() const;
  std::vector<WordOrigin> origins() const;  // one per word

 private:
  struct Emitted {
    fpc::Insn insn;
    firmware::Relocation relocation;
    WordOrigin origin;
  };
  uint32_t push(const fpc::Insn& insn,
                firmware::Relocation relocation = firmware::Relocation::kNone);
  fpc::Insn field_insn(Destination dst, unsigned mask, fpc::Operand from, Shift by) const;
  void immediate_part(Destination dst, unsigned value, fpc::ImmWidth width, unsigned byte_shift,
                      bool invert);
  bool constant_word(Destination dst, uint32_t value, bool invert);

  unsigned max_words_;
  uint32_t source_ = 0;
  Part part_ = Part::kIntro;
  std::vector<Emitted> emitted_;
  std::vector<Diagnostic> refusals_;
};

}  // namespace offload
