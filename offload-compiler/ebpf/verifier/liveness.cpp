// Liveness: read marks travel along the chain of explored states up to the write that produced the value.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier/liveness.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>

namespace ebpf {

namespace {

// Marks `parent` and what it was copied from. `screened`: a write in `value` hides the parent from the read.
void mark_chain(const Reg* value, Reg* parent, uint8_t flag, bool screened) {
  while (parent != nullptr) {
    if (screened && (value->live & kLiveWritten) != 0) return;
    if ((parent->live & kLiveRead) == flag || (parent->live & kLiveRead64) != 0) return;
    parent->live |= flag;
    if (flag == kLiveRead64) parent->live &= static_cast<uint8_t>(~kLiveRead32);
    value = parent;
    parent = value->parent;
    screened = true;
  }
}

// The upper half is read: whoever defined only the lower half must have extended it.
void mark_zext(Env& env, Reg& reg) {
  if (reg.subreg_def == kNoSubreg) return;
  env.facts[static_cast<size_t>(reg.subreg_def)].zext = true;
  reg.subreg_def = kNoSubreg;
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

void inherit(Env& env, const Reg& old, Reg& current, bool is_register) {
  const uint8_t flag = old.live & kLiveRead;
  const uint8_t own = current.live & kLiveRead;
  if (own == kLiveRead64 || flag == 0 || own == flag) return;
  mark_chain(&old, &current, flag, old.parent == &current);
  if (is_register && flag == kLiveRead64) mark_zext(env, current);
}

}  // namespace

bool read_operand(Env& env, unsigned number) {
  Reg& reg = env.reg(number);
  if (reg.type == RegType::kNotInit) return env.reject(fmt::format("R{} !read_ok", number));
  if (number == kFrameReg) return true;
  const bool whole = reads_whole_word(env.code(), reg);
  if (whole) mark_zext(env, reg);
  mark_chain(&reg, reg.parent, whole ? kLiveRead64 : kLiveRead32, true);
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

void mark_read(const Reg& value) { mark_chain(&value, value.parent, kLiveRead64, true); }

void clobber_caller_saved(Env& env) {
  for (unsigned i = 0; i <= 5; ++i) {
    Reg& reg = env.reg(i);
    reg.set_not_init();
    reg.live |= kLiveWritten;
    reg.subreg_def = kNoSubreg;
  }
}

void inherit_liveness(Env& env, const State& old) {
  State& current = env.current;
  for (size_t f = 0; f < old.frames.size(); ++f) {
    const Frame& from = old.frames[f];
    Frame& to = current.frames[f];
    const unsigned first = f + 1 < old.frames.size() ? 6 : 0;
    for (unsigned i = first; i < kFrameReg; ++i) inherit(env, from.regs[i], to.regs[i], true);
    const size_t slots = std::min(from.stack.size(), to.stack.size());
    for (size_t i = 0; i < slots; ++i)
      inherit(env, from.stack[i].spilled, to.stack[i].spilled, false);
  }
}

void forget_unread(State& state) {
  if (state.frames[0].regs[0].live & kLiveDone) return;
  for (Frame& frame : state.frames) {
    for (unsigned i = 0; i < kFrameReg; ++i) {
      Reg& reg = frame.regs[i];
      const bool read = (reg.live & kLiveRead) != 0;
      reg.live |= kLiveDone;
      if (!read) reg.set_not_init();
    }
    for (StackSlot& slot : frame.stack) {
      const bool read = (slot.spilled.live & kLiveRead) != 0;
      slot.spilled.live |= kLiveDone;
      if (read) continue;
      slot.spilled.set_not_init();
      slot.bytes.fill(SlotByte::kInvalid);
    }
  }
}

}  // namespace ebpf
