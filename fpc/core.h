// fpc::Core: the contract that every engine (interpreter, asmjit, RTL) obeys; one core with its contexts.
// SPDX-License-Identifier: Apache-2.0
//
// A core runs one context at a time until the next boundary: a memory command, ctx_arb, a signal test, a fault. Whoever
// drives it (the card's event wheel, a unit test) performs the command, tells the core about signals and calls run() again.
//
//   Step step = core.run(now);                       // picks the next ready context, round robin, or goes on with the current
//   if (step.reason == StopReason::kCommand) {       // the context executed step.cycles cycles up to the command
//     memory.perform(core.command(), core);          // moves data between memory and the transfer registers
//     core.signal(core.command().slot, core.command().signal_mask());
//   }
//
// Time: run(now) starts at cycle `now` of the core's clock; step.cycles is how long the core was occupied. A command with a
// swap token includes its filled defer slots and bubbles. The driver adds stalls (command spacing, back-pressure) itself by
// calling the next run() later.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "fpc/insn.h"

namespace fpc {

constexpr unsigned kSlots = 4;       // contexts in 4-context mode; slot s is hardware context 2 * s
constexpr unsigned kLmWords = 1024;  // local memory
constexpr unsigned kXferRegs = 64;   // per context and direction (32 directly addressable plus 32)
constexpr unsigned kRelativeGprs = 32;  // per context and bank
constexpr unsigned kStoreWords = 8192;  // control store

class
    CodeStore;  // fpc/code_store.h: decoded control store shared by the cores that run the same code

enum class FaultKind : uint8_t {
  kNone,
  kIllegalWord,    // does not decode, or isa.def says `semantics = none`
  kEccError,       // uncorrectable
  kBranchInDefer,  // check (a) of nfp-isa.md section 14
  kLmWindow,       // (b) offset does not fit the alignment of the index register's value
  kMirrorMismatch,  // (c) bank A and B copies differ; only when the checker is armed with the program's boundaries
  kLmLatency,      // (d) LM index used within 3 instructions of its write
  kIndirectShift,  // (e) previous instruction is not alu / alu_shf
  kPcOutOfRange,
  kLmOutOfRange,
  kBadCommand,  // address or length that the memory system refuses
  kWatchdog,    // ran longer than the budget without a boundary
};
const char* to_string(FaultKind kind);

struct Fault {
  FaultKind kind = FaultKind::kNone;
  uint8_t slot = 0;
  uint16_t address = 0;  // control-store word
  Word word = 0;
};

enum class StopReason : uint8_t {
  kCommand,  // command() describes a memory command; if it swaps, the context sleeps until signalled
  kSwapped,  // ctx_arb put the context to sleep (or yielded it)
  kSync,     // about to test a signal: call run() again at now + cycles
  kIdle,     // no context is ready; cycles = 0
  kFault,    // fault(); the faulting context is dead until reset
};

struct Step {
  StopReason reason = StopReason::kIdle;
  uint8_t slot = 0;
  uint64_t cycles = 0;        // occupancy, bubbles included
  uint64_t instructions = 0;  // words retired
};

// A memory command as data, after indirect_ref overrides.
struct MemoryCommand {
  Op op{};                  // the row of isa.def, for instance kMemRead32Swap
  uint8_t slot = 0;         // context that issued it
  uint8_t xfer = 0;         // first transfer register
  uint8_t length = 0;       // in the command's units: words or bytes; 1..32
  uint8_t signal = 0;       // 1..15, or 0 for none
  bool swaps = false;       // the context sleeps until the signal
  bool wide = false;        // address came from a 40-bit mode
  bool is64 = false;        // atomics: 64-bit operand
  bool has_data16 = false;  // atomic immediates: operand is data16
  uint16_t data16 = 0;
  uint64_t address = 0;  // byte address, 32 or 40 bits

  uint16_t signal_mask() const { return static_cast<uint16_t>(signal != 0 ? 1u << signal : 0u); }
};

// Registers of one context, for loaders, tests and lockstep.
struct ContextState {
  std::array<uint32_t, kRelativeGprs> a{}, b{};
  std::array<uint32_t, kXferRegs> xfer_in{}, xfer_out{};
  std::array<uint32_t, 4> lm_addr{};  // byte addresses
  uint16_t pc = 0;
  uint16_t signals = 0;
  uint16_t wakeup = 0;
  bool asleep = false;
  bool enabled = false;
  bool operator==(const ContextState&) const = default;
};

struct Flags {
  bool n = false, z = false, c = false, v = false;
  bool operator==(const Flags&) const = default;
};

class Core {
 public:
  virtual ~Core() = default;

  // The store must outlive the core or the next set_code(). Contexts keep their state; reset() starts them afresh.
  virtual void set_code(const CodeStore& code) = 0;

  // All contexts in `slot_mask` enabled and ready at `pc`, everything else zero, `seed` for PseudoRndNum, `number` is the
  // core's number for CSRs.
  virtual void reset(uint16_t pc, uint8_t slot_mask, uint64_t seed, unsigned number) = 0;

  // Runs until a boundary, at most `budget` cycles (then kFault with kWatchdog).
  virtual Step run(uint64_t now_cycles, uint32_t budget) = 0;

  virtual const MemoryCommand& command() const = 0;  // of the last kCommand
  virtual const Fault& fault() const = 0;            // of the last kFault

  // Sets signal bits of a context; wakes it if its wake-up condition holds.
  virtual void signal(unsigned slot, uint16_t mask) = 0;

  virtual ContextState& context(unsigned slot) = 0;
  virtual std::span<uint32_t, kLmWords> local_memory() = 0;
  virtual Flags flags() const = 0;
  virtual unsigned ready_slots() const = 0;  // bit mask
};

}  // namespace fpc
