// The verifier: proves that a program is safe and tells a listener the state of the machine at each instruction it visits.
// SPDX-License-Identifier: Apache-2.0
//
//   VerifierOptions options;
//   options.on_insn = [&](const Visit& visit) -> base::Result<void> { ... };   // the nfp rules live in such a callback
//   Result<VerifiedProgram> verified = verify(program, options);
//
// Sound for what it accepts. Exploration order and state pruning follow the kernel's (fall-through first, then the branch),
// so that what a listener merges over visits equals what a driver's insn_hook merges.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "offload-compiler/ebpf/program.h"

namespace ebpf {

// Tristate number: bits of `mask` are unknown, the others are those of `value`.
struct Tnum {
  uint64_t value = 0, mask = ~uint64_t{0};
  bool operator==(const Tnum&) const = default;
};

// Order and numbers of the pointer kinds are the driver's (nfp vectors: ctx 2, map value 4, stack 6, packet 8).
enum class RegType : uint8_t {
  kNotInit = 0,
  kScalar = 1,
  kCtx = 2,
  kConstMapPtr = 3,
  kMapValue = 4,
  kMapValueOrNull = 5,
  kStack = 6,
  kPacketMeta = 7,
  kPacket = 8,
  kPacketEnd = 9,
  kMemory = 10,  // of a known size, as a global function gets it
  kMemoryOrNull = 11,
  kMapKey = 12,    // as a callback gets it
  kFunction = 13,  // a callback
};
const char* to_string(RegType type);

struct RegState {
  RegType type = RegType::kNotInit;
  int32_t off = 0;  // fixed part of a pointer's offset
  Tnum var_off;     // variable part of a pointer's offset, or the scalar
  uint64_t umin = 0, umax = ~uint64_t{0};
  int64_t smin = INT64_MIN, smax = INT64_MAX;
  uint32_t u32_min = 0, u32_max = ~uint32_t{0};
  int32_t s32_min = INT32_MIN, s32_max = INT32_MAX;
  uint32_t id = 0;     // same id: same unknown value (packet pointers, or-null pointers, scalars)
  uint16_t range = 0;  // packet pointers: bytes proven readable from off
  uint32_t map = 0;    // kConstMapPtr, kMapValue*: index into Program::maps
  uint32_t frame = 0;  // kStack: call depth of the frame pointed into
  uint32_t bytes = 0;  // kMemory*: size

  bool is_const() const { return type == RegType::kScalar && var_off.mask == 0; }
};

// What is known of stack bytes in the state of a visit; valid during the visit.
struct StackView {
  const void* state = nullptr;
  bool (*is_zero)(const void* state, uint32_t frame, int32_t off) = nullptr;

  // Whether the byte at `off` (negative, from the frame's r10) was stored as zero and is no part of a spilled register.
  bool operator()(uint32_t frame, int32_t off) const { return is_zero(state, frame, off); }
  explicit operator bool() const { return is_zero != nullptr; }
};

// One visit of one instruction, before it executes.
struct Visit {
  uint32_t insn = 0;
  uint32_t prev_insn = 0;
  const RegState* regs = nullptr;  // r0..r10 of the current frame
  uint32_t frame = 0;              // call depth, 0 = main
  uint32_t subprog = 0;
  const Program* program = nullptr;
  StackView stack_byte_is_zero;
};

struct VerifierOptions {
  uint64_t max_visits = 1'000'000;  // instructions visited over all paths
  uint32_t max_insns = 1'000'000;
  bool offloaded = true;  // bound to a device: XDP programs may choose the receive queue
  // Called before each visited instruction; an error ends verification with that error's text.
  std::function<base::Result<void>(const Visit&)> on_insn;
  // Every scalar that is read counts as precise: no value is hidden from the listener by pruning, as the kernel's hides
  // what safety does not depend on. More visits; accepts no more and no less but for the limits.
  bool exact_ranges = false;
  bool log = false;  // fill VerifiedProgram::log / append it to the error's message
};

struct Subprogram {
  uint32_t start = 0, end = 0;  // instructions [start, end)
  uint32_t stack_bytes = 0;     // deepest access, as the kernel counts it
};

struct VerifiedProgram {
  Program program;
  std::vector<bool> visited;  // reached on some path; others are dead code
  std::vector<bool>
      zext;  // the kernel would mark it: upper half of the 32-bit result is read later
  std::vector<int8_t> branch;  // conditional jumps: 1 always taken, 0 never taken, -1 both
  std::vector<Subprogram> subprograms;
  uint32_t max_packet_offset = 0;  // as the kernel's aux->max_pkt_offset
  uint64_t visits = 0;
  std::string log;
};

// Error kInvalidInput: "insn 17: <first cause>" with the source line when there is one; kOutOfRange when a limit is spent.
base::Result<VerifiedProgram> verify(const Program& program, const VerifierOptions& options = {});

}  // namespace ebpf
