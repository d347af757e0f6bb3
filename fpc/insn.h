// One decoded FPC instruction: its row of isa.def, its operands and fields as the text names them.
// SPDX-License-Identifier: Apache-2.0
//
//   Result<Insn> insn = decode(0xb441605a20);      // alu[gprB_22, gprB_22, AND, *l$index1]
//   Word word = *encode(insn);                      // 45 bits, no ECC
//
// Words: bits 44:0 are the instruction, 51:45 the ECC, 63:52 zero (fpc/ecc.h). Insn holds no
// address; addresses are word indices into a control store of up to 16384 words (14 bits).
#pragma once

#include <cstdint>

#include "base/result.h"

namespace fpc {

using Word = uint64_t;

constexpr unsigned kInsnBits = 45;
constexpr unsigned kMaxAddress = (1u << 14) - 1;

// The rows of isa.def.
enum class Op : uint8_t {
#define FPC_INSN(name, ...) name,
#include "fpc/isa.def"
};

enum class Bank : uint8_t { kA, kB };
enum class PostModify : uint8_t { kNone, kIncrement, kDecrement };

enum class OperandKind : uint8_t {
  kNone,       // "--"; as a source it encodes as 0, as a destination as "no destination"
  kGpr,        // relative general purpose register: bank, value = number
  kGprAbs,     // absolute general purpose register, 0..127: bank, value = number
  kXfer,       // transfer register, value 0..63: read side as a source, write side as a destination
  kXferIndex,  // *$index: transfer register named by T_INDEX; post
  kNn,         // n$reg_N: next-neighbour register, value = number
  kNnIndex,    // *n$index; post
  kLmem,       // *l$indexI[value], *l$indexI++ or --: local memory through lm_index; post
  kImm,        // constant: 0..255
};

struct Operand {
  OperandKind kind = OperandKind::kNone;
  Bank bank = Bank::kA;
  PostModify post = PostModify::kNone;
  uint8_t lm_index = 0;
  uint16_t value = 0;

  bool operator==(const Operand&) const = default;
};

constexpr Operand none() { return {}; }
constexpr Operand gpr_a(unsigned n) {
  return {OperandKind::kGpr, Bank::kA, PostModify::kNone, 0, static_cast<uint16_t>(n)};
}
constexpr Operand gpr_b(unsigned n) {
  return {OperandKind::kGpr, Bank::kB, PostModify::kNone, 0, static_cast<uint16_t>(n)};
}
constexpr Operand xfer(unsigned n) {
  return {OperandKind::kXfer, Bank::kA, PostModify::kNone, 0, static_cast<uint16_t>(n)};
}
constexpr Operand imm(unsigned v) {
  return {OperandKind::kImm, Bank::kA, PostModify::kNone, 0, static_cast<uint16_t>(v)};
}
constexpr Operand lmem(unsigned index, unsigned word_offset) {
  return {OperandKind::kLmem, Bank::kA, PostModify::kNone, static_cast<uint8_t>(index),
          static_cast<uint16_t>(word_offset)};
}
constexpr Operand lmem_inc(unsigned index) {
  return {OperandKind::kLmem, Bank::kA, PostModify::kIncrement, static_cast<uint8_t>(index), 0};
}

enum class ShiftControl : uint8_t { kRotate = 0, kRight = 1, kLeft = 2, kDouble = 3 };
enum class ImmWidth : uint8_t { kAll = 0, kByte = 1, kHalf = 2 };

// How a command gives up the core (bits 9:8 of the command class).
enum class CommandSwap : uint8_t { kSwap = 0, kSwapDefer1 = 1, kSwapDefer2 = 2, kNoSwap = 3 };

// Address mode of a command (bits 44:42); 2 and 3 are third-party variants.
enum class AddressMode : uint8_t {
  kAShift8PlusB = 0,
  kBShift8PlusA = 1,
  kThirdParty2 = 2,
  kThirdParty3 = 3,
  kAPlusB = 4,
  kImmAddress = 5,
  kImmAddressData = 6,
  kImmData = 7,
};

// Which fields mean something depends on the row's format; the others keep their defaults, so ==
// compares instructions.
struct Insn {
  Op op{};

  // Operands in the order of the text: for alu and alu_shf a is the left and b the right one; for
  // ld_field b is the source and dst is also the old value; for immed only dst; for branches a is
  // the register tested (b the byte of br=byte as kImm); for jump/rtn a is the register; for
  // mul_step a, b (dst for last/last2); for commands a is the left (bank A) and b the right (bank
  // B) address operand; for local_csr_wr a is the value.
  Operand dst, a, b;

  // SW bit. encode() sets it where the operands demand it (nfp-isa 3.3 rule 3); decode() keeps what
  // the word had, so that every legal word re-encodes to itself. Leave false when building
  // instructions.
  bool swap = false;

  bool wr_both = false;       // gpr_wrboth (41)
  bool no_cc = false;         // 40: condition codes stay
  bool predicate_cc = false;  // 44
  bool load_cc = false;       // ld_field only (34)
  bool clear = false;         // ld_field_w_clr

  ShiftControl shift_control = ShiftControl::kRotate;
  uint8_t shift = 0;  // amount as written, 1..31; 0 with kRight/kLeft/kDouble means indirect, with
                      // kRotate no shift
  uint8_t byte_mask = 0;  // ld_field: bit i enables byte i

  uint16_t immediate = 0;  // constant of immed and jump
  ImmWidth imm_width = ImmWidth::kAll;
  uint8_t imm_shift = 0;  // in bytes 0..3
  bool imm_invert = false;

  uint16_t target = 0;  // branches and ctx_arb with branch: word address 0..16383
  uint8_t defer = 0;    // 0..3 defer slots
  uint8_t bit = 0;      // br_bset/br_bclr: bit number 0..31
  uint8_t byte = 0;     // br=byte: byte number 0..3
  bool sense = false;   // br_bset (true) / br_bclr; br=byte (true) / br!=byte
  uint8_t state =
      0;  // CSS: signal, context or state number of the state branches (JIT words carry 2)
  uint8_t ev_pip = 0;  // EV_PIP bits of branches (0 unconditional, 1 conditional)

  CommandSwap swap_mode = CommandSwap::kSwap;
  AddressMode address_mode = AddressMode::kAShift8PlusB;
  uint8_t xfer = 0;           // first transfer register 0..63
  uint8_t count = 0;          // raw CNT field 0..7 (length - 1, or modifier)
  uint8_t signal = 0;         // SIG 0..15
  bool indirect_ref = false;  // 41 in commands
  uint8_t token = 0;  // rows that stand for several tokens or actions: the ones of this word
  uint8_t action = 0;

  uint16_t csr = 0;  // local_csr: byte address (ADDR * 4)

  uint16_t event_mask = 0;  // ctx_arb: bits 15:0
  uint8_t arb_flags = 0;    // ctx_arb: bit 0 any, 1 breakpoint, 2 branch, 3 not-kill

  // Bits that no field above accounts for, in their place in the word, so that nothing of a word is
  // lost: the format's reserved fields as they are, and those of lmextn (42, 43), DST_AB and I8
  // that differ from what the operands ask for.
  Word reserved = 0;

  bool operator==(const Insn&) const = default;
};

// immed of constant 0 to no destination; its word is the padding of every image.
constexpr Insn nop() {
  Insn insn;
  insn.op = Op::kImmed;
  return insn;
}
constexpr Word kNopWord = 0x00f0'000c'0300;

// Decodes bits 44:0 (higher bits are ignored). Error: kInvalidInput "illegal word 0x...".
base::Result<Insn> decode(Word word);

// Encodes without ECC. Error: kInvalidInput naming the operand that the format cannot hold and what
// it can.
base::Result<Word> encode(const Insn& insn);

}  // namespace fpc
