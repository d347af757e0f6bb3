// The abstract machine of the verifier: values of registers, slots and frames.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier/state.h"

#include <algorithm>

namespace ebpf {

void Reg::set(RegType new_type, const Bounds& new_bounds) {
  type = new_type;
  off = range = 0;
  map = frame = target = id = 0;
  precise = false;
  bounds = new_bounds;
}

void Reg::copy_value(const Reg& other) {
  const uint8_t own_live = live;
  const int32_t own_def = subreg_def;
  Reg* own_parent = parent;
  *this = other;
  live = own_live;
  subreg_def = own_def;
  parent = own_parent;
}

bool Reg::same_value(const Reg& other) const {
  return type == other.type && off == other.off && range == other.range && map == other.map &&
         frame == other.frame && target == other.target && id == other.id && bounds == other.bounds;
}

RegState Reg::state() const {
  RegState out;
  out.type = type;
  out.off = off;
  out.var_off = bounds.var_off;
  out.umin = bounds.umin;
  out.umax = bounds.umax;
  out.smin = bounds.smin;
  out.smax = bounds.smax;
  out.u32_min = bounds.u32_min;
  out.u32_max = bounds.u32_max;
  out.s32_min = bounds.s32_min;
  out.s32_max = bounds.s32_max;
  out.id = id;
  out.range = static_cast<uint16_t>(std::max(range, 0));
  out.map = map;
  out.frame = frame;
  out.bytes = target;
  return out;
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

size_t State::bytes() const {
  size_t total = sizeof(State) + jumps.size() * sizeof(Jump);
  for (const Frame& f : frames) total += sizeof(Frame) + f.stack.size() * sizeof(StackSlot);
  return total;
}

Frame make_frame(uint32_t depth, uint32_t subprog, int64_t callsite) {
  Frame frame;
  frame.subprog = subprog;
  frame.callsite = callsite;
  frame.regs[kFrameReg].set_pointer(RegType::kStack);
  frame.regs[kFrameReg].frame = depth;
  return frame;
}

}  // namespace ebpf
