// A trace from its entry check to its ways out.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/jit/emitter.h"

#include "fpc/isa.h"
#include "fpc/jit/emitter_p.h"

namespace fpc::jit {

using namespace asmjit;

namespace {

int32_t machine_offset(size_t offset) { return static_cast<int32_t>(offset); }
const x86::Mem kPrevious = x86::qword_ptr(kMachine, machine_offset(offsetof(Machine, previous)));

}  // namespace

void Emitter::run() {
  check_budget();
  check_previous();
  while (next_item_ < trace_.items.size()) emit_item(trace_.items[next_item_++]);
  emit_end();
  // Emitting a stub adds none.
  for (const Exit& exit : exits_) {
    out_.bind(exit.label);
    emit_stub(exit);
  }
}

// A trace runs only if all of it fits into the budget; the interpreter finds where it does not.
void Emitter::check_budget() {
  const Item& last = trace_.items.back();
  Exit exit = exit_before(trace_.items.front(), Return::kInterpret);
  out_.cmp(kRemaining, last.cycles + 1);
  out_.jl(exit.label);
  exits_.push_back(std::move(exit));
}

// What the first word needs to know of the word before it.
void Emitter::check_previous() {
  const Item& first = trace_.items.front();
  const bool is_indirect =
      op(first).shift == kIndirectShift && spec(insn(first).op).format != Format::kImmed;
  const bool is_immed = insn(first).op == Op::kImmed;
  if (first.kind != Kind::kPlain || (!is_indirect && !is_immed)) return;
  Exit exit = exit_before(first, Return::kInterpret);
  out_.mov(x86::rax, kPrevious);
  out_.test(x86::byte_ptr(x86::rax, offsetof(MicroOp, traits)),
            is_immed ? trait::kFeedsImmed : trait::kPublishesA);
  if (is_immed) {
    out_.jnz(exit.label);
  } else {
    out_.jz(exit.label);
  }
  exits_.push_back(std::move(exit));
}

void Emitter::emit_item(const Item& item) {
  switch (item.kind) {
    case Kind::kPlain:
      check_lm(item);
      emit_plain(item);
      break;
    case Kind::kMultiply:
      emit_multiplication(item);
      break;
    case Kind::kCovered:
      break;
    case Kind::kAlways:
      check_lm(item, op(item).defer);
      emit_slots(op(item).defer);
      break;
    case Kind::kBranch:
      emit_branch(item);
      break;
    case Kind::kJump:
      emit_jump(item);
      break;
    case Kind::kCommand:
      emit_command(item);
      break;
  }
  map_.end_word();
}

void Emitter::emit_end() {
  if (trace_.end == End::kItem) return;
  const Return how = trace_.end == End::kGoOn ? Return::kGoOn : Return::kInterpret;
  leave_at_end(exit_behind(trace_.items.size(), how, trace_.next, trace_.cycles));
}

Exit Emitter::exit_before(const Item& item, Return how) const {
  return exit_behind(words_before(item), how, item.address, item.cycles);
}

Exit Emitter::exit_behind(size_t words, Return how, uint32_t address, uint32_t cycles) const {
  Exit exit{.label = out_.newLabel(),
            .how = how,
            .address = address,
            .words = static_cast<uint32_t>(words),
            .cycles = cycles,
            .stores = map_.pending()};
  exit.keeps_previous = words == 0;
  if (words > 0) exit.previous = trace_.items[words - 1].address;
  return exit;
}

void Emitter::emit_counters(const Exit& exit) {
  if (exit.words > 0) out_.add(kInstructions, exit.words);
  if (exit.cycles > 0) out_.sub(kRemaining, exit.cycles);
  if (exit.cycles_if_fresh > 0) {
    static_assert(trait::kSetsFlags == 1);
    out_.mov(x86::rax, kPrevious);
    out_.movzx(x86::eax, x86::byte_ptr(x86::rax, offsetof(MicroOp, traits)));
    out_.and_(x86::eax, trait::kSetsFlags);
    out_.sub(kRemaining, x86::rax);
  }
  if (exit.keeps_previous) return;
  out_.mov(x86::rax, reinterpret_cast<uint64_t>(&code_.ops[exit.previous]));
  out_.mov(kPrevious, x86::rax);
}

void Emitter::leave_at_end(const Exit& exit) { emit_stub(exit); }

void Emitter::emit_stub(const Exit& exit) {
  for (const Store& store : exit.stores) emit_store(out_, store);
  emit_counters(exit);
  out_.mov(x86::rax, static_cast<uint64_t>(exit.how) << 32 | exit.address);
  if (exit.how == Return::kGoOn && exit.address <= code_.words.size()) {
    out_.jmp(x86::qword_ptr(kTable, static_cast<int32_t>(8 * exit.address)));
  } else {
    out_.jmp(reinterpret_cast<uint64_t>(epilogue_));
  }
}

void emit_trace(const Trace& trace, const CodeStore::Decoded& code, const void* epilogue,
                x86::Assembler& out) {
  Emitter(trace, code, epilogue, out).run();
}

}  // namespace fpc::jit
