// Executable memory, the way in and out of it, and the table of traces.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/jit/translation.h"

#include <asmjit/x86.h>

#include <cassert>

#include "fpc/jit/emitter.h"
#include "fpc/jit/value_map.h"

namespace fpc::jit {

using namespace asmjit;

namespace {

// Mapped twice, writable here and executable there: no page is both.
JitAllocator::CreateParams twice_mapped() {
  JitAllocator::CreateParams params;
  params.options = JitAllocatorOptions::kUseDualMapping;
  return params;
}

constexpr x86::Gp kSaved[] = {x86::rbx, x86::rbp, x86::r12, x86::r13, x86::r14, x86::r15};
constexpr int32_t kAlignment = 8;

x86::Mem state_word(size_t offset) {
  return x86::qword_ptr(kMachine, static_cast<int32_t>(offset));
}

// Enter's body up to the jump into a trace; the way out begins at `epilogue`.
void emit_frame(x86::Assembler& out, const Label& epilogue) {
  for (const x86::Gp& saved : kSaved) out.push(saved);
  out.sub(x86::rsp, kAlignment);
  out.mov(kMachine, x86::rdi);
  out.mov(kSlot, x86::rsi);
  out.mov(kTable, x86::rcx);
  out.mov(kInstructions, state_word(offsetof(Machine, instructions)));
  out.mov(kRemaining, state_word(offsetof(Machine, remaining)));
  out.jmp(x86::rdx);
  out.bind(epilogue);
  out.mov(state_word(offsetof(Machine, instructions)), kInstructions);
  out.mov(state_word(offsetof(Machine, remaining)), kRemaining);
  out.add(x86::rsp, kAlignment);
  for (size_t i = std::size(kSaved); i-- > 0;) out.pop(kSaved[i]);
  out.ret();
}

// A word that the assembler refuses is a defect of the emitter; its trace is interpreted and counted all the same.
struct Refusal final : ErrorHandler {
  bool happened = false;
  void handleError(Error, const char*, BaseEmitter*) override { happened = true; }
};

}  // namespace

struct Translation::Memory {
  JitAllocator::CreateParams params = twice_mapped();
  JitRuntime runtime{&params};
  Enter enter = nullptr;
  const void* epilogue = nullptr;
  size_t used_bytes = 0;
};

std::shared_ptr<Translation> Translation::create(const CodeStore::Decoded& code) {
#if !defined(__x86_64__)
  return nullptr;
#else
  auto memory = std::make_unique<Memory>();
  CodeHolder holder;
  if (holder.init(memory->runtime.environment()) != kErrorOk) return nullptr;
  x86::Assembler out(&holder);
  const Label epilogue = out.newLabel();
  emit_frame(out, epilogue);
  if (memory->runtime.add(&memory->enter, &holder) != kErrorOk) return nullptr;
  memory->epilogue =
      reinterpret_cast<const std::byte*>(memory->enter) + holder.labelOffset(epilogue);
  return std::shared_ptr<Translation>(new Translation(code, std::move(memory)));
#endif
}

Translation::Translation(const CodeStore::Decoded& code, std::unique_ptr<Memory> memory)
    : code_(code),
      memory_(std::move(memory)),
      enter_(memory_->enter),
      epilogue_(memory_->epilogue) {
  entries_.fill(epilogue_);
}
Translation::~Translation() = default;

// False: the word at `address` is the interpreter's, or there is no room.
bool Translation::translate(unsigned address) {
  tried_[address] = true;
  const Trace trace = select_trace(code_, address);
  if (trace.items.empty()) return false;
  if (place(trace, address)) return true;
  ++untranslated_;
  return false;
}

// False: there is no room.
bool Translation::place(const Trace& trace, unsigned address) {
  CodeHolder holder;
  if (holder.init(memory_->runtime.environment()) != kErrorOk) return false;
  Refusal refusal;
  holder.setErrorHandler(&refusal);
  x86::Assembler out(&holder);
  emit_trace(trace, code_, epilogue_, out);
  if (refusal.happened) return false;
  if (memory_->used_bytes + holder.codeSize() > code_.translation_bytes) return false;
  const void* begin = nullptr;
  if (memory_->runtime.add(&begin, &holder) != kErrorOk) return false;
  memory_->used_bytes += holder.codeSize();
  entries_[address] = begin;
  return true;
}

size_t Translation::code_bytes() const { return memory_->used_bytes; }

}  // namespace fpc::jit

namespace fpc {

unsigned CodeStore::untranslated() const {
  return decoded_->translation ? decoded_->translation->untranslated() : 0;
}

}  // namespace fpc
