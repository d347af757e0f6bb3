// The abstract machine of the verifier: registers, stack slots, call frames, and one point of one explored path.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "offload-compiler/ebpf/verifier.h"
#include "offload-compiler/ebpf/verifier/bounds.h"

namespace ebpf {

inline constexpr unsigned kRegisters = 11;
inline constexpr unsigned kFrameReg = 10;
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
  kLiveDone = 8,     // no path through the state is left; unread parts are forgotten
};

// Special values of Reg::range: how far a packet pointer was seen to lie beyond the packet's end.
inline constexpr int32_t kAtPacketEnd = -1;
inline constexpr int32_t kBeyondPacketEnd = -2;

// `subreg_def` of a register whose upper half is not known to come from a 32-bit definition.
inline constexpr int32_t kNoSubreg = -1;

struct Reg {
  RegType type = RegType::kNotInit;
  uint8_t live = kLiveNone;
  bool precise = false;         // the explored path relied on the scalar's value
  int32_t off = 0;              // as in RegState
  int32_t range = 0;            // packet pointers: bytes proven readable, or negative as above
  uint32_t map = 0, frame = 0;  // as in RegState
  uint32_t target = 0;          // kMemory*: size; kFunction: the subprogram
  uint32_t id = 0;
  int32_t subreg_def =
      kNoSubreg;  // instruction that defined the low half and left the upper half to zero extension
  Bounds bounds;
  Reg* parent = nullptr;  // the same value in the explored state before

  bool is_pointer() const { return type != RegType::kScalar && type != RegType::kNotInit; }
  bool is_scalar() const { return type == RegType::kScalar; }
  bool is_packet() const { return type == RegType::kPacket || type == RegType::kPacketMeta; }
  bool is_any_packet() const { return is_packet() || type == RegType::kPacketEnd; }
  bool is_or_null() const {
    return type == RegType::kMapValueOrNull || type == RegType::kMemoryOrNull;
  }
  bool is_null_constant() const { return is_scalar() && tnum::equals(bounds.var_off, 0); }

  // The value changes; liveness, definition and parent belong to the place and stay.
  void set_not_init() { set(RegType::kNotInit, Bounds{}); }
  void set_unknown() { set(RegType::kScalar, Bounds{}); }
  void set_constant(uint64_t value) { set(RegType::kScalar, Bounds::constant(value)); }
  void set_pointer(RegType pointer) { set(pointer, Bounds::constant(0)); }
  void copy_value(const Reg& other);

  bool same_value(const Reg& other) const;
  RegState state() const;

 private:
  void set(RegType new_type, const Bounds& new_bounds);
};

enum class SlotByte : uint8_t { kInvalid, kSpill, kMisc, kZero };

// Eight bytes of stack; bytes[7] is the lowest address.
struct StackSlot {
  Reg spilled;
  std::array<SlotByte, kSlotBytes> bytes{};

  bool holds_spill() const { return bytes[kSlotBytes - 1] == SlotByte::kSpill; }
  unsigned spill_bytes() const;
  void scrub_spill();  // spilled bytes become data of unknown value
};

struct Frame {
  std::array<Reg, kRegisters> regs;
  std::vector<StackSlot> stack;  // slot 0 is the highest: r10 - 8
  int64_t callsite = -1;
  uint32_t subprog = 0;
  bool is_callback = false;  // returns to the call itself

  bool covers(int32_t off) const { return -off <= static_cast<int>(stack.size() * kSlotBytes); }
  void grow(int32_t off);  // so that it covers [off, 0)
  StackSlot& slot(int32_t off) { return stack[slot_index(off)]; }
  SlotByte& byte(int32_t off) { return slot(off).bytes[byte_index(off)]; }

  static size_t slot_index(int32_t off) { return static_cast<size_t>(-off - 1) / kSlotBytes; }
  static size_t byte_index(int32_t off) { return static_cast<size_t>(-off - 1) % kSlotBytes; }
};

// One non-sequential step of a path.
struct Jump {
  uint32_t to, from;
};

struct State {
  std::vector<Frame> frames;
  State* parent = nullptr;   // the explored state that the path passed last
  uint32_t branches = 1;     // paths through the state that are still open
  uint32_t insn = 0;         // where an explored state was taken
  uint32_t first_insn = 0;   // the path from there ...
  uint32_t last_insn = 0;    // ... to here is one segment
  std::vector<Jump> jumps;   // of the segment, in order
  bool all_precise = false;  // every scalar here and in all states before is precise
  bool in_loop = false;      // a path through it ended in an open state: its marks may miss reads
  uint32_t rounds = 0;       // of callbacks that the path went through
  uint32_t lock = 0;         // id of the map value whose lock is held, 0 = none

  Frame& frame() { return frames.back(); }
  uint32_t depth() const { return static_cast<uint32_t>(frames.size()) - 1; }
  size_t bytes() const;

  template <typename Visit>
  void for_each_reg(Visit visit) {
    for (Frame& f : frames) {
      for (Reg& reg : f.regs) visit(reg);
      for (StackSlot& s : f.stack) {
        if (s.holds_spill()) visit(s.spilled);
      }
    }
  }
};

// A frame at the first instruction of its subprogram: r10 set, all else unknown.
Frame make_frame(uint32_t depth, uint32_t subprog, int64_t callsite);

}  // namespace ebpf
