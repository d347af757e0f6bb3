// The abstract machine of the verifier: values of registers, slots and frames.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier/state.h"

#include <utility>

namespace ebpf {

void Held::hold(Values& values, const Reg& reg) {
  value = values.share(reg);
  precise = reg.precise;
}

void Held::hold_unknown(Values& values) {
  Reg unknown;
  unknown.set_unknown();
  hold(values, unknown);
}

void Held::forget() {
  value = {};
  precise = false;
}

void Reg::set(RegType new_type, const Bounds& new_bounds) {
  Value value;
  value.type = new_type;
  value.bounds = new_bounds;
  copy_value(value, false);
}

void Reg::copy_value(const Value& other, bool is_precise) {
  static_cast<Value&>(*this) = other;
  precise = is_precise;
}

unsigned StackSlot::spill_bytes() const {
  unsigned count = 0;
  while (count < kSlotBytes && bytes[kSlotBytes - 1 - count] == SlotByte::kSpill) ++count;
  return count;
}

void StackSlot::scrub_spill() {
  for (SlotByte& byte : bytes) {
    if (byte == SlotByte::kSpill) byte = SlotByte::kMisc;
  }
}

void Frame::grow(int32_t off) {
  const size_t needed = slot_index(off) + 1;
  if (stack.size() < needed) stack.resize(needed);
}

size_t KeptState::bytes() const {
  size_t total = sizeof(KeptState) + jumps.size() * sizeof(Jump);
  for (const SharedFrame& f : frames) total += sizeof(Frame) + f->stack.size() * sizeof(StackSlot);
  return total;
}

Reg State::spelled_out(const Held& held) {
  Reg reg;
  static_cast<Marks&>(reg) = held;
  static_cast<Value&>(reg) = *held.value;
  return reg;
}

Held State::held_by(Values& values, const Reg& reg) {
  Held held;
  static_cast<Marks&>(held) = reg;
  held.value = values.share(reg);
  return held;
}

State State::resume(KeptState&& other) {
  State state;
  static_cast<KeptState&>(state) = std::move(other);
  state.spell_out();
  return state;
}

void State::spell_out() {
  for (unsigned i = 0; i < kRegisters; ++i) regs[i] = spelled_out(frame().regs[i]);
  own_frame().regs = {};
}

KeptState State::keep(Values& values) const {
  KeptState kept = *this;
  Frame& running = kept.own_frame();
  for (unsigned i = 0; i < kRegisters; ++i) running.regs[i] = held_by(values, regs[i]);
  return kept;
}

void State::enter(Values& values, Frame callee, const Regs& callee_regs) {
  Frame& caller = own_frame();
  for (unsigned i = 0; i < kRegisters; ++i) caller.regs[i] = held_by(values, regs[i]);
  frames.emplace_back(std::move(callee));
  regs = callee_regs;
}

void State::leave() {
  frames.pop_back();
  spell_out();
}

Regs first_regs(uint32_t depth) {
  Regs regs;
  regs[kFrameReg].set_pointer(RegType::kStack);
  regs[kFrameReg].frame = depth;
  return regs;
}

}  // namespace ebpf
