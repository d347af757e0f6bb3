// Liveness: read marks travel along the chain of explored states up to the write that produced the value.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier/liveness.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>

namespace ebpf {

namespace {

bool is_written(const Marks& place) { return (place.live & kLiveWritten) != 0; }

// Marks what `place` of a state behind `parent` was copied from, as far back as no write hides it.
void mark_chain(KeptState* parent, Marks place, uint8_t flag) {
  while (!is_written(place) && place.parent != Place{}) {
    const auto [frame, index] = place.parent;
    const bool clobbered = index <= kLastArgument;  // connected while its frame runs
    while (clobbered && parent != nullptr && parent->depth() != frame) parent = parent->parent;
    if (parent == nullptr) return;
    const Marks& origin = parent->frames[frame]->at(index);
    if ((origin.live & kLiveRead) == flag || (origin.live & kLiveRead64) != 0) return;
    Marks& own = parent->frames[frame].own().at(index);
    own.live |= flag;
    if (flag == kLiveRead64) own.live &= static_cast<uint8_t>(~kLiveRead32);
    place = own;
    parent = parent->parent;
  }
}

// The upper half is read: whoever defined only the lower half must have extended it.
void mark_zext(Env& env, const Marks& place) {
  if (place.subreg_def == kNoSubreg) return;
  env.facts[static_cast<size_t>(place.subreg_def)].zext = true;
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
bool inherit(Env& env, const Marks& old, const Marks& current) {
  const uint8_t flag = old.live & kLiveRead;
  if (flag == 0) return false;
  mark_chain(env.current.parent, current, flag);
  return flag == kLiveRead64;
}

}  // namespace

bool read_operand(Env& env, unsigned number) {
  Reg& reg = env.reg(number);
  if (reg.type == RegType::kNotInit) return env.reject(fmt::format("R{} !read_ok", number));
  if (number == kFrameReg) return true;
  const bool whole = reads_whole_word(env.code(), reg);
  if (whole) {
    mark_zext(env, reg);
    reg.subreg_def = kNoSubreg;
  }
  mark_chain(env.current.parent, reg, whole ? kLiveRead64 : kLiveRead32);
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

void mark_read(Env& env, const Marks& place) { mark_chain(env.current.parent, place, kLiveRead64); }

void clobber_caller_saved(Env& env) {
  for (unsigned i = 0; i <= 5; ++i) {
    Reg& reg = env.reg(i);
    reg.set_not_init();
    reg.live |= kLiveWritten;
    reg.subreg_def = kNoSubreg;
  }
}

void inherit_liveness(Env& env, const KeptState& old) {
  const State& current = env.current;
  for (size_t f = 0; f < old.frames.size(); ++f) {
    const Frame& from = *old.frames[f];
    const Frame& to = *current.frames[f];
    const bool runs = f + 1 == old.frames.size();
    for (unsigned i = runs ? 0 : kLastArgument + 1; i < kFrameReg; ++i) {
      const Marks& place = runs ? static_cast<const Marks&>(current.regs[i]) : to.regs[i];
      if (inherit(env, from.regs[i], place)) mark_zext(env, place);
    }
    const size_t slots = std::min(from.stack.size(), to.stack.size());
    for (size_t i = 0; i < slots; ++i) inherit(env, from.stack[i].spilled, to.stack[i].spilled);
  }
}

void forget_unread(KeptState& state) {
  if (state.complete) return;
  state.complete = true;
  for (SharedFrame& frame : state.frames) {
    for (uint8_t i = 0; i < frame->places(); ++i) {
      if (i == kFrameReg || (frame->at(i).live & kLiveRead) != 0) continue;
      frame.own().at(i).forget();
      if (i >= kRegisters) frame.own().stack[i - kRegisters].bytes.fill(SlotByte::kInvalid);
    }
  }
}

}  // namespace ebpf
