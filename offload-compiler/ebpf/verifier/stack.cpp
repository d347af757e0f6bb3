// Stack accesses: spills keep what is known of a register, everything else becomes data or zeros byte by byte.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier/stack.h"

#include <fmt/format.h>

#include <algorithm>

#include "offload-compiler/ebpf/verifier/liveness.h"
#include "offload-compiler/ebpf/verifier/precision.h"

namespace ebpf {

namespace {

enum class Use { kRead, kWrite, kIndirect };

const char* to_string(Use use) {
  switch (use) {
    case Use::kRead:
      return " read from";
    case Use::kWrite:
      return " write to";
    default:
      return " indirect access to";
  }
}

// First and last byte that the access may touch.
struct Span {
  int32_t first, last;
};

bool is_variable(const Reg& base) { return !base.bounds.is_const(); }

std::optional<Span> find_span(Env& env, const Access& access, Use use) {
  const Reg& base = env.reg(access.base);
  const Bounds& b = base.bounds;
  const int64_t off = int64_t{base.off} + access.off;
  const bool variable = is_variable(base);
  if (variable && (b.smax >= kMaxVarOffset || b.smin <= -kMaxVarOffset)) {
    env.reject(
        fmt::format("invalid unbounded variable-offset{} stack R{}", to_string(use), access.base));
    return std::nullopt;
  }
  const int64_t low = variable ? b.smin : static_cast<int64_t>(b.var_off.value);
  const int64_t high = variable ? b.smax : low;
  const int64_t first = low + off;
  const int64_t last = high + off + std::max(int64_t{access.size} - 1, int64_t{0});
  const int64_t floor = use == Use::kRead
                            ? -static_cast<int64_t>(env.frame_of(base).stack.size() * kSlotBytes)
                            : -int64_t{kStackBytes};
  if (first >= floor && first <= -1 && last >= floor && last <= -1) {
    return Span{static_cast<int32_t>(first), static_cast<int32_t>(last)};
  }
  if (variable) {
    env.reject(fmt::format("invalid variable-offset{} stack R{} var_off={} off={} size={}",
                           to_string(use), access.base, tnum::to_string(b.var_off), off,
                           access.size));
  } else {
    env.reject(fmt::format("invalid{} stack R{} off={} size={}", to_string(use), access.base,
                           low + off, access.size));
  }
  return std::nullopt;
}

// A frame grows by whole slots.
void deepen(Env& env, const Frame& frame, int32_t off) {
  uint32_t& depth = env.stack_bytes[frame.subprog];
  depth = std::max(depth, static_cast<uint32_t>((Frame::slot_index(off) + 1) * kSlotBytes));
}

bool holds_data(SlotByte byte) { return byte == SlotByte::kMisc || byte == SlotByte::kZero; }

bool bytes_readable(Env& env, const Frame& frame, int32_t off, unsigned size, bool spill_is_data) {
  for (unsigned i = 0; i < size; ++i) {
    const SlotByte byte = frame.byte(off + static_cast<int32_t>(i));
    if (holds_data(byte) || (spill_is_data && byte == SlotByte::kSpill)) continue;
    return env.reject(fmt::format("invalid read from stack off {}+{} size {}", off, i, size));
  }
  return true;
}

// Zeros stay zeros; anything else is an unknown scalar.
void load_data(Env& env, const Frame& frame, Span span, unsigned value) {
  bool zeros = true;
  for (int32_t off = span.first; off <= span.last; ++off) {
    zeros &= frame.byte(off) == SlotByte::kZero;
  }
  Reg& reg = env.reg(value);
  if (zeros) {
    reg.set_constant(0);
    reg.precise =
        true;  // where the zeros were written, their origin became precise: a walk back may stop here
  } else {
    reg.set_unknown();
  }
  reg.live |= kLiveWritten;
}

bool load_spilled(Env& env, const Frame& frame, const StackSlot& slot, int32_t off,
                  const Access& access) {
  const unsigned spilled = slot.spill_bytes();
  const bool whole = off % static_cast<int32_t>(kSlotBytes) == 0 && access.size == spilled;
  if ((access.size != kSlotBytes || spilled != kSlotBytes) && !slot.spilled.value->is_scalar()) {
    return env.reject("invalid size of register fill");
  }
  if (!whole && !bytes_readable(env, frame, off, access.size, true)) return false;
  mark_read(env, slot.spilled);
  if (!access.value) return true;
  Reg& reg = env.reg(*access.value);
  if (whole) {
    reg.copy_value(*slot.spilled.value, slot.spilled.precise);
  } else {
    reg.set_unknown();
  }
  reg.live |= kLiveWritten;
  return true;
}

bool load_fixed(Env& env, const Frame& frame, Span span, const Access& access) {
  const StackSlot& slot = frame.slot(span.first);
  if (slot.holds_spill()) return load_spilled(env, frame, slot, span.first, access);
  if (!bytes_readable(env, frame, span.first, access.size, false)) return false;
  mark_read(env, slot.spilled);
  if (access.value) load_data(env, frame, span, *access.value);
  return true;
}

// Every byte of the span holds something; `overwritten`: and may hold anything afterwards.
bool span_initialised(Env& env, Span span, unsigned base, bool overwritten) {
  const Reg& pointer = env.reg(base);
  for (int32_t off = span.first; off <= span.last; ++off) {
    const Frame& frame = env.frame_of(pointer);
    if (!frame.covers(off) || frame.byte(off) == SlotByte::kInvalid) {
      return env.reject(fmt::format("invalid{} stack R{} off {}+{} size {}",
                                    overwritten ? " indirect read from" : " read from", base,
                                    span.first, off - span.first, span.last - span.first + 1));
    }
    if (overwritten && frame.byte(off) == SlotByte::kSpill) {
      StackSlot& slot = env.own_frame_of(pointer).slot(off);
      slot.spilled.hold_unknown(env.values);
      slot.scrub_spill();
    } else if (overwritten && frame.byte(off) == SlotByte::kZero) {
      env.own_frame_of(pointer).byte(off) = SlotByte::kMisc;
    }
    mark_read(env, env.frame_of(pointer).slot(off).spilled);
  }
  return true;
}

void spill(Env& env, StackSlot& slot, Reg reg, unsigned size) {
  if (size == kSlotBytes) {
    slot.spilled.live |= kLiveWritten;
  } else if (reg.bounds.umax >> (8 * size) != 0) {
    reg.id = 0;  // the upper bytes are lost, so it is no copy of the register
  }
  slot.spilled.hold(env.values, reg);
  for (unsigned i = 0; i < kSlotBytes; ++i) {
    SlotByte& byte = slot.bytes[kSlotBytes - 1 - i];
    if (i < size) {
      byte = SlotByte::kSpill;
    } else if (byte == SlotByte::kSpill) {
      byte = SlotByte::kMisc;
    }
  }
}

bool store_pointer(Env& env, Frame& frame, StackSlot& slot, const Reg& reg, unsigned size) {
  if (size != kSlotBytes) return env.reject("invalid size of register spill");
  if (&frame != &env.frame() && reg.type == RegType::kStack) {
    return env.reject("cannot spill pointers to stack into stack frame of the caller");
  }
  spill(env, slot, reg, size);
  return true;
}

void store_data(Env& env, Frame& frame, Span span, const Access& access) {
  StackSlot& slot = frame.slot(span.first);
  slot.spilled.forget();
  if (slot.holds_spill()) slot.scrub_spill();
  if (access.size == kSlotBytes) slot.spilled.live |= kLiveWritten;
  SlotByte content = SlotByte::kMisc;
  if (access.value && env.reg(*access.value).is_null_constant()) {
    mark_precise(env, *access.value);
    content = SlotByte::kZero;
  }
  for (int32_t off = span.first; off <= span.last; ++off) frame.byte(off) = content;
}

bool store_fixed(Env& env, Frame& frame, Span span, const Access& access) {
  StackSlot& slot = frame.slot(span.first);
  if (access.value) {
    const Reg& reg = env.reg(*access.value);
    const bool at_slot = span.first % static_cast<int32_t>(kSlotBytes) == 0;
    if (reg.is_pointer()) return store_pointer(env, frame, slot, reg, access.size);
    if (at_slot && reg.is_scalar() && !reg.bounds.is_unbounded() && !reg.is_null_constant()) {
      // A walk back recognises only [r10 - n] as a slot.
      if (access.base != kFrameReg) mark_precise(env, *access.value);
      spill(env, slot, env.reg(*access.value), access.size);
      return true;
    }
  }
  store_data(env, frame, span, access);
  return true;
}

// Any byte of the span may have been written: spills are lost, zeros stay only under a store of zero.
void store_variable(Env& env, Frame& frame, Span span, const Access& access) {
  const bool zero = access.value && env.reg(*access.value).is_null_constant();
  bool relied_on_zero = false;
  for (int32_t off = span.first; off <= span.last; ++off) {
    StackSlot& slot = frame.slot(off);
    if (slot.holds_spill()) slot.scrub_spill();
    slot.spilled.forget();
    SlotByte& byte = frame.byte(off);
    const bool stays_zero = zero && byte == SlotByte::kZero;
    relied_on_zero |= stays_zero;
    if (!stays_zero) byte = SlotByte::kMisc;
  }
  if (relied_on_zero) mark_precise(env, *access.value);
}

}  // namespace

bool stack_load(Env& env, const Access& access) {
  const std::optional<Span> span = find_span(env, access, Use::kRead);
  if (!span) return false;
  const Reg& base = env.reg(access.base);
  const Frame& frame = env.frame_of(base);
  deepen(env, frame, span->first);
  if (!is_variable(base)) return load_fixed(env, frame, *span, access);
  if (!access.value) {
    return env.reject(
        fmt::format("variable offset stack pointer cannot be passed into helper function; "
                    "var_off={} off={} size={}",
                    tnum::to_string(base.bounds.var_off), base.off + access.off, access.size));
  }
  if (!span_initialised(env, *span, access.base, false)) return false;
  load_data(env, frame, *span, *access.value);
  return true;
}

bool stack_store(Env& env, const Access& access) {
  const std::optional<Span> span = find_span(env, access, Use::kWrite);
  if (!span) return false;
  const Reg& base = env.reg(access.base);
  Frame& frame = env.own_frame_of(base);
  deepen(env, frame, span->first);
  frame.grow(span->first);
  if (!is_variable(base)) return store_fixed(env, frame, *span, access);
  store_variable(env, frame, *span, access);
  return true;
}

bool stack_buffer(Env& env, unsigned base, int64_t size, bool zero_allowed) {
  if (size == 0 && !zero_allowed) return env.reject("invalid zero-sized read");
  const Access access{base, 0, static_cast<unsigned>(size), std::nullopt};
  const std::optional<Span> span = find_span(env, access, Use::kIndirect);
  if (!span) return false;
  if (size > 0 && !span_initialised(env, *span, base, true)) return false;
  deepen(env, env.frame_of(env.reg(base)), span->first);
  return true;
}

std::optional<bool> stack_output(Env& env, unsigned base, int64_t size, bool zero_allowed) {
  if (is_variable(env.reg(base))) return std::nullopt;
  if (size == 0 && !zero_allowed) return env.reject("invalid zero-sized read");
  const Access access{base, 0, static_cast<unsigned>(size), std::nullopt};
  return find_span(env, access, Use::kIndirect).has_value();
}

}  // namespace ebpf
