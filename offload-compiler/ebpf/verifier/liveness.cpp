// Liveness: read marks travel along the chain of explored states up to the write that produced the value.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier/liveness.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>

namespace ebpf {

namespace {

bool is_written(const Marks& place) { return (place.live & kLiveWritten) != 0; }

// Marks `parent` and what it was copied from. `hidden`: a write hides the parent from the read.
void mark_chain(Held* parent, bool hidden, uint8_t flag) {
  while (parent != nullptr && !hidden) {
    if ((parent->live & kLiveRead) == flag || (parent->live & kLiveRead64) != 0) return;
    parent->live |= flag;
    if (flag == kLiveRead64) parent->live &= static_cast<uint8_t>(~kLiveRead32);
    hidden = is_written(*parent);
    parent = parent->parent;
  }
}

// The upper half is read: whoever defined only the lower half must have extended it.
void mark_zext(Env& env, Marks& place) {
  if (place.subreg_def == kNoSubreg) return;
  env.facts[static_cast<size_t>(place.subreg_def)].zext = true;
  place.subreg_def = kNoSubreg;
}

bool reads_whole_word(const Insn& insn, const Reg& reg) {
  switch (BPF_CLASS(insn.opcode)) {
    case BPF_ALU:
      return BPF_OP(insn.opcode) == BPF_END && insn.imm == 64;
    case BPF_JMP32:
      return false;
    case BPF_STX:
      return reg.type != RegType::kScalar || BPF_SIZE(insn.opcode) == BPF_DW;
    default:
      return true;
  }
}

bool defines_whole_word(const Insn& insn) {
  switch (BPF_CLASS(insn.opcode)) {
    case BPF_ALU:
      return BPF_OP(insn.opcode) == BPF_END && insn.imm == 64;
    case BPF_LDX:
      return BPF_SIZE(insn.opcode) == BPF_DW || BPF_MODE(insn.opcode) != BPF_MEM;
    case BPF_STX:
      return BPF_SIZE(insn.opcode) == BPF_DW;
    case BPF_LD:
      return BPF_MODE(insn.opcode) == BPF_IMM;
    case BPF_JMP:
      return BPF_OP(insn.opcode) != BPF_CALL;
    default:
      return true;
  }
}

// False when nothing reads the upper half of `old`.
bool inherit(const Marks& old, Marks& current) {
  const uint8_t flag = old.live & kLiveRead;
  if (flag == 0) return false;
  mark_chain(current.parent, is_written(current), flag);
  return flag == kLiveRead64;
}

}  // namespace

bool read_operand(Env& env, unsigned number) {
  Reg& reg = env.reg(number);
  if (reg.type == RegType::kNotInit) return env.reject(fmt::format("R{} !read_ok", number));
  if (number == kFrameReg) return true;
  const bool whole = reads_whole_word(env.code(), reg);
  if (whole) mark_zext(env, reg);
  mark_chain(reg.parent, is_written(reg), whole ? kLiveRead64 : kLiveRead32);
  return true;
}

bool define_operand(Env& env, unsigned number, Define define) {
  if (number == kFrameReg) return env.reject("frame pointer is read only");
  Reg& reg = env.reg(number);
  reg.live |= kLiveWritten;
  reg.subreg_def = defines_whole_word(env.code()) ? kNoSubreg : static_cast<int32_t>(env.insn);
  if (define == Define::kUnknown) reg.set_unknown();
  return true;
}

void mark_read(const Marks& place) { mark_chain(place.parent, is_written(place), kLiveRead64); }

void clobber_caller_saved(Env& env) {
  for (unsigned i = 0; i <= 5; ++i) {
    Reg& reg = env.reg(i);
    reg.set_not_init();
    reg.live |= kLiveWritten;
    reg.subreg_def = kNoSubreg;
  }
}

void inherit_liveness(Env& env, const KeptState& old) {
  State& current = env.current;
  for (size_t f = 0; f < old.frames.size(); ++f) {
    const Frame& from = old.frames[f];
    Frame& to = current.frames[f];
    const bool runs = f + 1 == old.frames.size();
    for (unsigned i = runs ? 0 : 6; i < kFrameReg; ++i) {
      Marks& place = runs ? static_cast<Marks&>(current.regs[i]) : to.regs[i];
      if (inherit(from.regs[i], place)) mark_zext(env, place);
    }
    const size_t slots = std::min(from.stack.size(), to.stack.size());
    for (size_t i = 0; i < slots; ++i) inherit(from.stack[i].spilled, to.stack[i].spilled);
  }
}

void forget_unread(KeptState& state) {
  if (state.frames[0].regs[0].live & kLiveDone) return;
  for (Frame& frame : state.frames) {
    for (unsigned i = 0; i < kFrameReg; ++i) {
      Held& reg = frame.regs[i];
      const bool read = (reg.live & kLiveRead) != 0;
      reg.live |= kLiveDone;
      if (!read) reg.forget();
    }
    for (StackSlot& slot : frame.stack) {
      const bool read = (slot.spilled.live & kLiveRead) != 0;
      slot.spilled.live |= kLiveDone;
      if (read) continue;
      slot.spilled.forget();
      slot.bytes.fill(SlotByte::kInvalid);
    }
  }
}

}  // namespace ebpf
