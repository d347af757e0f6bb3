// The abstract machine of the verifier: registers, stack slots, call frames, and one point of one explored path.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "offload-compiler/ebpf/verifier.h"
#include "offload-compiler/ebpf/verifier/values.h"

namespace ebpf {

inline constexpr unsigned kRegisters = 11;
inline constexpr unsigned kFrameReg = 10;
inline constexpr unsigned kLastArgument = 5;  // r0 to here do not survive a call
inline constexpr int kStackBytes = 512;
inline constexpr unsigned kSlotBytes = 8;
inline constexpr unsigned kMaxFrames = 8;
inline constexpr int64_t kMaxVarOffset = int64_t{1} << 29;  // of any pointer
inline constexpr uint64_t kMaxPacketOffset = 0xffff;

// Liveness marks: who reads a register or slot of an explored state, so that a later state need only agree in what was read.
enum Live : uint8_t {
  kLiveNone = 0,
  kLiveRead32 = 1,
  kLiveRead64 = 2,
  kLiveRead = kLiveRead32 | kLiveRead64,
  kLiveWritten = 4,  // reads after this point do not depend on the parent
};

// Special values of Value::range: how far a packet pointer was seen to lie beyond the packet's end.
inline constexpr int32_t kAtPacketEnd = -1;
inline constexpr int32_t kBeyondPacketEnd = -2;

// `subreg_def` of a register whose upper half is not known to come from a 32-bit definition.
inline constexpr int32_t kNoSubreg = -1;

struct Reg;

// A register or stack slot of one frame of a state.
struct Place {
  static constexpr uint8_t kNowhere = UINT8_MAX;

  uint8_t frame = kNowhere;
  uint8_t index = 0;  // as in Frame::at

  bool operator==(const Place&) const = default;
};

// What belongs to a place, whatever value it holds.
struct Marks {
  int32_t subreg_def =
      kNoSubreg;  // instruction that defined the low half and left the upper half to zero extension
  Place parent;   // of the same value in the explored state before
  uint8_t live = kLiveNone;
  bool precise = false;  // the explored path relied on the scalar's value
};

// A place of a state that is kept, or that the running frame does not reach by name: its value is shared.
struct Held : Marks {
  ValueRef value;

  void hold(Values& values, const Reg& reg);  // its value; the marks of the place stay
  void hold_unknown(Values& values);          // a scalar
  void forget();
};

// A register of the running frame.
struct Reg : Value, Marks {
  // The value changes; liveness, definition and parent belong to the place and stay.
  void set_not_init() { set(RegType::kNotInit, Bounds{}); }
  void set_unknown() { set(RegType::kScalar, Bounds{}); }
  void set_constant(uint64_t value) { set(RegType::kScalar, Bounds::constant(value)); }
  void set_pointer(RegType pointer) { set(pointer, Bounds::constant(0)); }
  void copy_value(const Reg& other) { copy_value(other, other.precise); }
  void copy_value(const Value& other, bool is_precise);

 private:
  void set(RegType new_type, const Bounds& new_bounds);
};

using Regs = std::array<Reg, kRegisters>;

enum class SlotByte : uint8_t { kInvalid, kSpill, kMisc, kZero };

// Eight bytes of stack; bytes[7] is the lowest address.
struct StackSlot {
  Held spilled;
  std::array<SlotByte, kSlotBytes> bytes{};

  bool holds_spill() const { return bytes[kSlotBytes - 1] == SlotByte::kSpill; }
  unsigned spill_bytes() const;
  void scrub_spill();  // spilled bytes become data of unknown value
};

struct Frame {
  std::array<Held, kRegisters> regs = {};  // empty while the frame runs: State::regs has them
  std::vector<StackSlot> stack = {};       // slot 0 is the highest: r10 - 8
  int64_t callsite = -1;
  uint32_t subprog = 0;
  bool is_callback = false;  // returns to the call itself

  bool covers(int32_t off) const { return -off <= static_cast<int>(stack.size() * kSlotBytes); }
  void grow(int32_t off);  // so that it covers [off, 0)
  StackSlot& slot(int32_t off) { return stack[slot_index(off)]; }
  const StackSlot& slot(int32_t off) const { return stack[slot_index(off)]; }
  SlotByte& byte(int32_t off) { return slot(off).bytes[byte_index(off)]; }
  SlotByte byte(int32_t off) const { return slot(off).bytes[byte_index(off)]; }

  // Every place: the registers, then the spilled values of the slots.
  uint8_t places() const { return static_cast<uint8_t>(kRegisters + stack.size()); }
  Held& at(uint8_t index) {
    return index < kRegisters ? regs[index] : stack[index - kRegisters].spilled;
  }
  const Held& at(uint8_t index) const { return const_cast<Frame&>(*this).at(index); }
  bool holds(uint8_t index) const {
    return index < kRegisters || stack[index - kRegisters].holds_spill();
  }

  static size_t slot_index(int32_t off) { return static_cast<size_t>(-off - 1) / kSlotBytes; }
  static size_t byte_index(int32_t off) { return static_cast<size_t>(-off - 1) % kSlotBytes; }
};

// A frame that states share as long as they agree in all of it.
class SharedFrame {
 public:
  explicit SharedFrame(Frame frame) : frame_(std::make_shared<Frame>(std::move(frame))) {}

  const Frame& operator*() const { return *frame_; }
  const Frame* operator->() const { return frame_.get(); }
  Frame& own() {  // to be changed: shared with no other state
    if (frame_.use_count() > 1) frame_ = std::make_shared<Frame>(*frame_);
    return *frame_;
  }

 private:
  std::shared_ptr<Frame> frame_;
};

// One non-sequential step of a path.
struct Jump {
  uint32_t to, from;
};

// One point of a path, as it waits or is compared with.
struct KeptState {
  std::vector<SharedFrame> frames;
  KeptState* parent = nullptr;  // the explored state that the path passed last
  uint32_t branches = 1;        // paths through the state that are still open
  uint32_t insn = 0;            // where an explored state was taken
  uint32_t first_insn = 0;      // the path from there ...
  uint32_t last_insn = 0;       // ... to here is one segment
  std::vector<Jump> jumps;      // of the segment, in order
  bool all_precise = false;     // every scalar here and in all states before is precise
  bool in_loop = false;   // a path through it ended in an open state: its marks may miss reads
  uint32_t rounds = 0;    // of callbacks that the path went through
  bool complete = false;  // no path through it is left: what none of them read is forgotten
  uint32_t lock = 0;      // id of the map value whose lock is held, 0 = none

  Frame& own_frame() { return frames.back().own(); }
  const Frame& frame() const { return *frames.back(); }
  uint32_t depth() const { return static_cast<uint32_t>(frames.size()) - 1; }
  size_t bytes() const;  // without the values, and as if nothing were shared

  template <typename Matches, typename Change>
  bool change_held(Matches matches, Change change) {
    bool any = false;
    for (SharedFrame& frame : frames) {
      for (uint8_t i = 0; i < frame->places(); ++i) {
        if (!frame->holds(i) || !matches(frame->at(i))) continue;
        change(frame.own().at(i));
        any = true;
      }
    }
    return any;
  }
};

// The point that is under exploration.
struct State : KeptState {
  Regs regs;  // of the running frame

  // `other` is used up.
  static State resume(KeptState&& other);
  KeptState keep(Values& values) const;

  void enter(Values& values, Frame callee, const Regs& callee_regs);
  void leave();

  // Changes the registers and spilled values for which `matches` is true; whether there was one.
  template <typename Matches, typename Change>
  bool change_where(Values& values, Matches matches, Change change) {
    bool any = false;
    for (Reg& reg : regs) {
      if (!matches(reg)) continue;
      change(reg);
      any = true;
    }
    any |= change_held([&](const Held& held) { return matches(*held.value); },
                       [&](Held& held) {
                         Reg reg = spelled_out(held);
                         change(reg);
                         held = held_by(values, reg);
                       });
    return any;
  }

 private:
  void spell_out();
  static Reg spelled_out(const Held& held);
  static Held held_by(Values& values, const Reg& reg);
};

// The registers at the first instruction of a subprogram that runs at `depth`: r10 set, all else unknown.
Regs first_regs(uint32_t depth);

}  // namespace ebpf
