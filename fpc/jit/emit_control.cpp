// Words that leave the trace: branches, jumps, memory commands.
// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "fpc/interpreter_handlers.h"
#include "fpc/isa.h"
#include "fpc/jit/emitter_p.h"

namespace fpc::jit {

using namespace asmjit;
using x86::CondCode;

namespace {

const x86::Mem kCarry = x86::byte_ptr(kMachine, offsetof(Machine, c));
const x86::Mem kOverflow = x86::byte_ptr(kMachine, offsetof(Machine, v));
const x86::Mem kCondition = x86::byte_ptr(kMachine, offsetof(Machine, condition));

}  // namespace

// n == v and its combination with z, from their memory of earlier words: al and the host's Z flag.
CondCode Emitter::emit_signed_condition(Op op) {
  const Value nz = map_.in_register(map_.read(kNzLoc));
  out_.mov(x86::eax, map_.reg(nz));
  out_.shr(x86::eax, 31);
  out_.cmp(x86::al, kOverflow);
  if (op == Op::kBge || op == Op::kBlt) return op == Op::kBge ? CondCode::kE : CondCode::kNE;
  out_.sete(x86::al);
  out_.test(map_.reg(nz), map_.reg(nz));
  out_.setne(x86::cl);
  out_.test(x86::al, x86::cl);
  return op == Op::kBgt ? CondCode::kNZ : CondCode::kZ;
}

// Emits a comparison; the branch is taken when the returned condition holds.
CondCode Emitter::emit_condition(const Item& item) {
  const MicroOp& word = op(item);
  const bool sense = (word.traits & trait::kSense) != 0;
  switch (insn(item).op) {
    case Op::kBeq:
    case Op::kBne:
    case Op::kBmi:
    case Op::kBpl: {
      const Value nz = map_.in_register(map_.read(kNzLoc));
      out_.test(map_.reg(nz), map_.reg(nz));
      switch (insn(item).op) {
        case Op::kBeq:
          return CondCode::kZ;
        case Op::kBne:
          return CondCode::kNZ;
        case Op::kBmi:
          return CondCode::kS;
        default:
          return CondCode::kNS;
      }
    }
    case Op::kBcs:
    case Op::kBcc:
      out_.cmp(kCarry, 0);
      return insn(item).op == Op::kBcs ? CondCode::kNE : CondCode::kE;
    case Op::kBvs:
    case Op::kBvc:
      out_.cmp(kOverflow, 0);
      return insn(item).op == Op::kBvs ? CondCode::kNE : CondCode::kE;
    case Op::kBrBit: {
      const Value a = map_.in_register(source(word.a, word.a_imm));
      post_modify(word);
      out_.test(map_.reg(a), static_cast<int32_t>(word.lanes));
      return sense ? CondCode::kNZ : CondCode::kZ;
    }
    case Op::kBrByte: {
      const Value a = map_.in_register(source(word.a, word.a_imm));
      post_modify(word);
      out_.mov(x86::eax, map_.reg(a));
      out_.and_(x86::eax, static_cast<int32_t>(word.lanes));
      out_.cmp(x86::eax, static_cast<int32_t>(word.value));
      return sense ? CondCode::kE : CondCode::kNE;
    }
    default:
      return emit_signed_condition(insn(item).op);
  }
}

void Emitter::emit_slots(unsigned slots) {
  for (unsigned i = 0; i < slots; ++i) {
    emit_plain(trace_.items[next_item_++]);
    map_.end_word();
  }
}

void Emitter::emit_branch(const Item& item) {
  check_lm(item, op(item).defer);
  const MicroOp& word = op(item);
  const unsigned slots = word.defer;
  CondCode taken = emit_condition(item);
  if (slots > 0) {
    out_.set(taken, kCondition);
    map_.end_word();
    emit_slots(slots);
    out_.cmp(kCondition, 0);
    taken = CondCode::kNE;
  }
  // The word just before may have set the condition codes, which makes a taken branch one cycle longer.
  const bool may_pay = (word.traits & trait::kPaysFresh) != 0;
  const size_t position = words_before(item);
  const bool pays =
      may_pay && position > 0 && (op(trace_.items[position - 1]).traits & trait::kSetsFlags) != 0;
  const uint32_t bubbles = bubbles_of(word.taken_cycles + (pays ? 1u : 0u), slots);
  Exit exit =
      exit_behind(next_item_, Return::kGoOn, word.target, item.cycles + 1 + slots + bubbles);
  if (may_pay && position == 0)
    exit.cycles_if_fresh = bubbles_of(word.taken_cycles + 1u, slots) - bubbles;
  out_.j(taken, exit.label);
  exits_.push_back(std::move(exit));
}

void Emitter::emit_jump(const Item& item) {
  check_lm(item, op(item).defer);
  const MicroOp& word = op(item);
  const unsigned slots = word.defer;
  const Value a = source(word.a, word.a_imm);
  post_modify(word);
  if (map_.is_constant(a)) {
    out_.mov(x86::eax, map_.constant_of(a) + word.value);
  } else {
    out_.mov(x86::eax, map_.reg(a));
    if (word.value != 0) out_.add(x86::eax, word.value);
  }
  out_.mov(x86::qword_ptr(kMachine, offsetof(Machine, condition)), x86::rax);
  map_.end_word();
  emit_slots(slots);
  const Exit exit = exit_behind(next_item_, Return::kGoOn, 0,
                                item.cycles + 1 + slots + bubbles_of(word.taken_cycles, slots));
  for (const Store& store : exit.stores) emit_store(out_, store);
  emit_counters(exit);
  static_assert(static_cast<uint32_t>(Return::kGoOn) == 0, "an address alone says to go on there");
  out_.mov(x86::rax, x86::qword_ptr(kMachine, offsetof(Machine, condition)));
  out_.cmp(x86::eax, static_cast<uint32_t>(code_.words.size()));
  const Label outside = out_.newLabel();
  out_.ja(outside);
  out_.jmp(x86::qword_ptr(kTable, x86::rax, 3));
  out_.bind(outside);
  out_.jmp(reinterpret_cast<uint64_t>(epilogue_));
}

// rax = the byte address.
void Emitter::emit_address(const Item& item) {
  const MicroOp& word = op(item);
  const AddressMode mode = insn(item).address_mode;
  Value high = source(word.a, word.a_imm), low = source(word.b, word.b_imm);
  post_modify(word);
  if (mode == AddressMode::kBShift8PlusA) std::swap(high, low);
  const auto load = [&](const x86::Gp& to, Value from) {
    if (map_.is_constant(from)) {
      out_.mov(to, map_.constant_of(from));
    } else {
      out_.mov(to, map_.reg(from));
    }
  };
  load(x86::eax, high);
  load(x86::ecx, low);
  if (mode == AddressMode::kAPlusB) {
    out_.add(x86::eax, x86::ecx);
    return;
  }
  constexpr unsigned kUnused = 64 - 40;
  out_.shl(x86::rax, 8);
  out_.add(x86::rax, x86::rcx);
  out_.shl(x86::rax, kUnused);
  out_.shr(x86::rax, kUnused);
}

void Emitter::emit_command(const Item& item) {
  const Insn& command = insn(item);
  const bool swaps = command.swap_mode != CommandSwap::kNoSwap;
  const unsigned slots = defer_slots(command.swap_mode);
  check_lm(item, slots);
  emit_address(item);
  out_.mov(x86::qword_ptr(kMachine, offsetof(Machine, command) + offsetof(MemoryCommand, address)),
           x86::rax);
  map_.end_word();
  if (command.indirect_ref) {  // what the word before it computed is known when it executes
    return leave_at_end(
        exit_behind(next_item_, Return::kIndirectCommand, item.address, item.cycles + 1));
  }
  emit_slots(slots);
  uint64_t fixed[2];
  static_assert(offsetof(MemoryCommand, address) == sizeof(fixed));
  const MemoryCommand shape = *command_shape(command, 0);
  std::memcpy(fixed, &shape, sizeof(fixed));
  for (int32_t i = 0; i < 2; ++i) {
    out_.mov(x86::rax, fixed[i]);
    out_.mov(x86::qword_ptr(kMachine, static_cast<int32_t>(offsetof(Machine, command)) + 8 * i),
             x86::rax);
  }
  const uint32_t bubbles = swaps ? bubbles_of(op(item).taken_cycles, slots) : 0u;
  leave_at_end(exit_behind(next_item_, swaps ? Return::kSwapCommand : Return::kCommand,
                           item.address + 1u + slots, item.cycles + 1 + slots + bubbles));
}

}  // namespace fpc::jit
