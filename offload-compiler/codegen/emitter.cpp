// Emission of single words, one method per instruction class, and their encoding at the end.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/codegen/emitter.h"

#include <fmt/format.h>

#include "offload-compiler/nfp/refusal.h"

namespace offload {

using firmware::Relocation;
using fpc::Insn;
using fpc::Op;
using fpc::Operand;
using fpc::OperandKind;

namespace {

// CSS field of branches in the reference lowering.
constexpr uint8_t kBranchState = 2;
// Signal that a command wakes its context with.
constexpr uint8_t kCommandSignal = 1;
// Words are counted beyond what any card holds, but not without end.
constexpr uint32_t kMaxKnownWords = 1u << 20;

void set_destination(Insn& insn, const Destination& dst) {
  insn.dst = dst.operand;
  insn.wr_both = dst.both_banks;
}

Insn make_branch(Op op, uint32_t target, unsigned defer) {
  Insn insn;
  insn.op = op;
  insn.target = static_cast<uint16_t>(target);
  insn.defer = static_cast<uint8_t>(defer);
  insn.state = kBranchState;
  insn.ev_pip = op == Op::kBr ? 0 : 1;
  return insn;
}

}  // namespace

uint32_t Emitter::push(const Insn& insn, Relocation relocation) {
  if (here() == kMaxKnownWords) return here() - 1;
  if (here() == max_words_) refusals_.push_back(refusal<Rule::kWords>(max_words_));
  emitted_.push_back({insn, relocation, {part_, source_}});
  return here() - 1;
}

void Emitter::refuse(Diagnostic refusal) {
  refusal.insn = source_;
  refusals_.push_back(std::move(refusal));
}

void Emitter::alu(Destination dst, Operand a, Op op, Operand b) {
  Insn insn;
  insn.op = op;
  set_destination(insn, dst);
  insn.a = a;
  insn.b = b;
  push(insn);
}

void Emitter::move(Destination dst, Operand from) { alu(dst, fpc::none(), Op::kAluB, from); }

void Emitter::shift(Destination dst, Operand a, Op op, Operand b, Shift by) {
  Insn insn;
  insn.op = op;
  set_destination(insn, dst);
  insn.a = a;
  insn.b = b;
  insn.shift_control = by.control;
  insn.shift = static_cast<uint8_t>(by.amount);
  push(insn);
}

void Emitter::shift(Destination dst, Operand from, Shift by) {
  shift(dst, fpc::none(), Op::kShfB, from, by);
}

void Emitter::double_shift_right(Destination dst, Operand high_word, Operand low_word,
                                 unsigned amount) {
  shift(dst, high_word, Op::kShfB, low_word, {fpc::ShiftControl::kDouble, amount});
}

void Emitter::arithmetic_shift_right(Destination dst, Operand from, unsigned amount) {
  shift(dst, fpc::none(), Op::kShfAsr, from, shift_right(amount));
}

// The old value and the source come from different banks, so a mirrored destination takes the bank
// that the source leaves.
Insn Emitter::field_insn(Destination dst, unsigned mask, Operand from, Shift by) const {
  Insn insn;
  insn.op = Op::kLdField;
  set_destination(insn, dst);
  const bool source_in_a = from.kind == OperandKind::kGpr && from.bank == fpc::Bank::kA;
  if (dst.both_banks && source_in_a) insn.dst = fpc::gpr_b(dst.operand.value);
  insn.b = from;
  insn.byte_mask = static_cast<uint8_t>(mask);
  insn.shift_control = by.control;
  insn.shift = static_cast<uint8_t>(by.amount);
  return insn;
}

void Emitter::field(Destination dst, unsigned mask, Operand from, Shift by) {
  push(field_insn(dst, mask, from, by));
}

void Emitter::field_clear(Destination dst, unsigned mask, Operand from, Shift by) {
  Insn insn = field_insn(dst, mask, from, by);
  insn.clear = true;
  push(insn);
}

void Emitter::multiply_step(Op step, Operand a, Operand b) {
  Insn insn;
  insn.op = step;
  insn.a = a;
  insn.b = b;
  push(insn);
}

void Emitter::multiply_result(Op last, Destination dst) {
  Insn insn;
  insn.op = last;
  set_destination(insn, dst);
  push(insn);
}

void Emitter::command(const Command& command) {
  Insn insn;
  insn.op = command.op;
  insn.address_mode = command.mode;
  insn.xfer = static_cast<uint8_t>(command.xfer);
  insn.a = command.a;
  insn.b = command.b;
  insn.count = static_cast<uint8_t>((command.length - 1) & 7);
  insn.indirect_ref = command.indirect;
  insn.swap_mode = command.swap;
  insn.signal = command.swap == fpc::CommandSwap::kNoSwap ? 0 : kCommandSignal;
  push(insn);
  emitted_.back().origin.memory =
      command.mode == fpc::AddressMode::kAPlusB ? Memory::kPacket : Memory::kMapValue;
}

void Emitter::write_csr(fpc::Csr csr, Operand from) {
  Insn insn;
  insn.op = Op::kLocalCsrWr;
  insn.csr = static_cast<uint16_t>(csr);
  insn.a = from;
  push(insn);
}

void Emitter::read_csr(fpc::Csr csr) {
  Insn insn;
  insn.op = Op::kLocalCsrRd;
  insn.csr = static_cast<uint16_t>(csr);
  push(insn);
}

void Emitter::nops(unsigned count) {
  for (unsigned i = 0; i < count; ++i) immediate(fpc::none(), 0);
}

uint32_t Emitter::branch(Op op, uint32_t target, unsigned defer) {
  return push(make_branch(op, target, defer), Relocation::kBranch);
}

uint32_t Emitter::branch_if_bit_set(Operand reg, unsigned bit, uint32_t target) {
  Insn insn;
  insn.op = Op::kBrBit;
  insn.a = reg;
  insn.bit = static_cast<uint8_t>(bit);
  insn.sense = true;
  insn.target = static_cast<uint16_t>(target);
  return push(insn, Relocation::kBranch);
}

uint32_t Emitter::relocated_branch(Op op, Relocation relocation, unsigned defer, unsigned helper) {
  return push(make_branch(op, firmware::kRelocatedAddress + helper, defer), relocation);
}

void Emitter::return_to(Operand reg, unsigned defer) {
  Insn insn;
  insn.op = Op::kJump;
  insn.a = reg;
  insn.defer = static_cast<uint8_t>(defer);
  push(insn);
}

void Emitter::set_target(uint32_t word, uint32_t target) {
  if (word < emitted_.size()) emitted_[word].insn.target = static_cast<uint16_t>(target);
}

void Emitter::set_address(uint32_t word, uint32_t target) {
  if (word < emitted_.size()) emitted_[word].insn.immediate = static_cast<uint16_t>(target);
}

base::Result<std::vector<fpc::Word>> Emitter::finish() const {
  std::vector<fpc::Word> words;
  words.reserve(emitted_.size());
  for (const Emitted& emitted : emitted_) {
    const base::Result<fpc::Word> word = fpc::encode(emitted.insn);
    if (!word)
      return base::invalid_input(
          fmt::format("insn {}: {}", emitted.origin.insn, word.error().message));
    words.push_back(*word | fpc::Word{static_cast<uint8_t>(emitted.relocation)}
                                << firmware::kRelocationShift);
  }
  return words;
}

std::vector<WordOrigin> Emitter::origins() const {
  std::vector<WordOrigin> origins;
  origins.reserve(emitted_.size());
  for (const Emitted& emitted : emitted_) origins.push_back(emitted.origin);
  return origins;
}

}  // namespace offload
