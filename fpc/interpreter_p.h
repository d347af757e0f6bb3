// Inside the interpreter: words resolved to micro-operations and the state that they work on.
// SPDX-License-Identifier: Apache-2.0
//
// A word is decoded once into a 32-byte MicroOp: the function that executes it and operands that
// are byte offsets into the running context's Slot. The loop in interpreter.cpp calls one after the
// other; each returns the next.
//
// Everything rare hangs on `stop_at`, the instruction count at which something other than the next
// word is due: the end of defer slots, the watchdog, the armed mirror check. Straight code pays one
// comparison for all of them.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "fpc/code_store.h"
#include "fpc/core.h"
#include "fpc/insn.h"
#include "fpc/interpreter.h"

namespace fpc {

struct Machine;
struct MicroOp;

// Executes one word. Returns the next one, or nullptr after Machine::stop() or fail().
using Handler = const MicroOp* (*)(Machine&, const MicroOp&);

// Where an operand lives: a byte offset into Slot, or one of the computed places below (then the
// row's handler is the one for computed operands).
using Place = uint16_t;
constexpr Place kLmPlace = 0x8000;         // | post << 6 | index << 4 | word offset
constexpr Place kAbsolutePlace = 0x4000;   // | bank << 7 | number
constexpr Place kXferIndexPlace = 0x2000;  // | post << 1 | (1: write side)

namespace trait {                       // of a micro-op
constexpr uint8_t kSetsFlags = 1;       // a condition-code branch directly behind pays for it
constexpr uint8_t kPublishesA = 2;      // PREV_A is the amount of a following indirect shift
constexpr uint8_t kFeedsImmed = 4;      // local_csr_rd: the following immed delivers the value
constexpr uint8_t kKeepsFlags = 8;      // no_cc
constexpr uint8_t kClears = 16;         // ld_field_w_clr
constexpr uint8_t kPaysFresh = 32;      // a branch that takes one cycle longer behind kSetsFlags
constexpr uint8_t kSense = 64;          // br_bset, br=byte
constexpr uint8_t kPostModifies = 128;  // an operand moves its index register
}  // namespace trait

struct MicroOp {
  Handler run = nullptr;
  Place a = 0, b = 0;
  Place dst = 0, mirror = 0;  // mirror: the other bank's copy, or the sink
  uint32_t value = 0;         // constant of immed, br=byte, jump; ShiftControl; row of a CSR table
  uint32_t lanes = 0;         // bits that immed_w and ld_field replace, br_bset and br=byte test
  uint16_t target = 0;
  uint8_t a_imm = 0, b_imm = 0;  // added to the source, whose place is Slot::zero then
  uint8_t shift = 0;             // amount, or kIndirectShift
  uint8_t defer = 0;
  uint8_t taken_cycles = 0;  // of a branch, of a command that swaps
  uint8_t traits = 0;
};
static_assert(sizeof(MicroOp) == 32);

// Bubbles of a word that takes `cycles` of which its filled defer slots are useful work.
constexpr uint8_t bubbles_of(unsigned cycles, unsigned slots) {
  return static_cast<uint8_t>(cycles > 1 + slots ? cycles - 1 - slots : 0);
}

constexpr uint8_t kIndirectShift = 0xff;
// T_INDEX in Slot::usable_at, behind LM address registers 0..3.
constexpr unsigned kXferIndexNumber = 4;

namespace jit {
class Translation;
}

struct CodeStore::Decoded {
  std::vector<Word> words;   // as loaded
  std::vector<Insn> insns;   // for the rows that are boundaries anyway: commands, CSRs, ctx_arb
  std::vector<MicroOp> ops;  // one per word and one behind the end that faults
  unsigned corrected = 0;
  size_t translation_bytes = kTranslationBytes;
  mutable std::shared_ptr<jit::Translation> translation;  // made by the first translating engine
};

// A context with what the contract does not show. `zero` and `sink` stand in for operands that are
// no register. What every run needs of the behind part shares a line of the host's caches with the
// index registers and the program counter.
struct alignas(64) Slot {
  ContextState state;
  bool wake_any = false;
  bool dead = false;  // faulted
  // Occupied cycle of the core from which an index register shows its last written value
  // (nfp-isa 1.3).
  uint64_t usable_at[kXferIndexNumber + 1] = {};
  uint32_t zero = 0;
  uint32_t sink = 0;
  uint32_t xfer_index = 0;  // T_INDEX
  uint32_t byte_index = 0;
};
static_assert(offsetof(Slot, state.lm_addr) / 64 ==
                  (offsetof(Slot, usable_at[kXferIndexNumber]) - 1) / 64,
              "index registers and when they may be used lie in one line");

inline bool is_ready(const Slot& slot) {
  return slot.state.enabled && !slot.state.asleep && !slot.dead;
}

// A sleeping context whose events have come becomes ready. Waiting for all clears the signals that woke the context; waiting
// for any leaves them for br_signal to find and clear (semantics.h has the choice).
inline void wake_if_due(Slot& sleeper) {
  ContextState& state = sleeper.state;
  if (!state.asleep) return;
  const unsigned arrived = state.signals & state.wakeup;
  if (sleeper.wake_any ? arrived == 0 : arrived != state.wakeup) return;
  state.asleep = false;
  if (!sleeper.wake_any) state.signals = static_cast<uint16_t>(state.signals & ~state.wakeup);
}

// The micro-op that `previous` names when nothing of the past counts.
extern const MicroOp kNothing;

// What happens when the defer slots are through.
struct Pending {
  enum Kind : uint8_t { kNone, kBranch, kCommand, kArbitration };
  Kind kind = kNone;
  uint8_t bubbles = 0;
  bool any = false;     // of an arbitration
  bool kills = false;   // of an arbitration: the context ends
  uint16_t wakeup = 0;  // of an arbitration or command: events to sleep for
  uint32_t target = 0;  // where the context goes on
  uint64_t at = 0;      // instruction count
};

struct MulLatch {
  uint32_t a = 0, b = 0;
  uint64_t product = 0;
};

struct alignas(64) Machine {  // what every run needs lies in the first lines of the host's caches
  Slot* slot = nullptr;       // the running context
  const MicroOp* previous = nullptr;  // executed just before, kNothing after a swap
  uint64_t instructions = 0;          // of this run()
  uint64_t bubbles = 0;
  uint64_t budget = 0;  // of this run()
  uint32_t nz = 1;      // N is its bit 31, Z its being zero
  uint32_t prev_r = 0, prev_a = 0;
  bool c = false, v = false;
  StopReason reason = StopReason::kIdle;
  bool gives_up_core = false;
  const CodeStore::Decoded* code = nullptr;

  // Of translated code.
  int64_t remaining = 0;   // cycles of the budget
  uint64_t deadline = 0;   // occupied cycle of the core at which this run's budget is spent
  uint64_t condition = 0;  // of a branch, while its defer slots execute

  uint64_t occupied = 0;  // cycles of all runs before this one
  uint64_t now = 0;       // when this one began
  unsigned last_slot = kSlots - 1;
  unsigned maybe_ready = 0;  // bit mask; a context without its bit is not ready
  MemoryCommand command;
  Pending pending;
  bool checks_mirrors = false;  // there are mirror points

  std::array<Slot, kSlots> slots{};
  std::array<uint32_t, kLmWords> lm{};
  uint64_t stop_at = 0;
  uint32_t csr_value = 0;
  MulLatch mul;
  uint64_t random_state = 0;
  unsigned number = 0;
  Fault fault;
  uint32_t context_pointer = 0;  // CSRCtxPtr
  std::array<uint32_t, 4> mailboxes{};
  std::vector<MirrorPoint> mirror_points;  // sorted by address

  void set_code(const CodeStore::Decoded& to);
  void clear_code();
  void reset(uint16_t pc, uint8_t slot_mask, uint64_t seed, unsigned core_number);

  // A run: begin(), false when no context is ready; then step() from the context's address until it gives nullptr; end().
  // Whoever steps calls plan_stop() before.
  bool begin(uint64_t now_cycles, uint32_t cycle_budget) {
    if (slot == nullptr && !choose_slot()) return false;
    if (pending.kind != Pending::kNone) pending.at -= std::min(pending.at, instructions);
    now = now_cycles;
    budget = cycle_budget;
    instructions = 0;
    bubbles = 0;
    gives_up_core = false;
    return true;
  }
  const MicroOp* step(const MicroOp* op) {
    if (instructions >= stop_at) [[unlikely]] {
      op = at_stop(op);
      if (op == nullptr) return nullptr;
    }
    ++instructions;
    const MicroOp* next = op->run(*this, *op);
    previous = op;
    return next;
  }
  void interpret() {  // all words up to the boundary
    plan_stop();
    for (const MicroOp* op = go_to(slot->state.pc); op != nullptr;) op = step(op);
  }
  Step end() {
    occupied += elapsed();
    const Step step{reason, static_cast<uint8_t>(slot_number()), elapsed(), instructions};
    if (gives_up_core) {
      slot = nullptr;
      pending = {};
    }
    return step;
  }

  // The context's registers for a caller that may change anything.
  ContextState& open_context(unsigned slot_index) {
    maybe_ready |= 1u << slot_index;
    return slots[slot_index].state;
  }
  void signal(unsigned slot_index, uint16_t mask) {
    assert(slot_index < kSlots && "slot outside 0..3");
    Slot& target = slots[slot_index];
    target.state.signals |= mask;
    wake_if_due(target);
    if (!target.state.asleep) maybe_ready |= 1u << slot_index;
  }
  Flags flags() const { return {(nz >> 31) != 0, nz == 0, c, v}; }
  unsigned ready_slots() const;

  // Round robin from the context after the one that ran last; false when none is ready.
  bool choose_slot() {
    while (maybe_ready != 0) {
      const unsigned first = (last_slot + 1) % kSlots;
      const unsigned turned = (maybe_ready | maybe_ready << kSlots) >> first;
      const unsigned candidate = (first + static_cast<unsigned>(std::countr_zero(turned))) % kSlots;
      if (!is_ready(slots[candidate])) {
        maybe_ready &= ~(1u << candidate);
        continue;
      }
      last_slot = candidate;
      slot = &slots[candidate];
      previous = &kNothing;
      return true;
    }
    return false;
  }

  uint64_t elapsed() const { return instructions + bubbles; }

  unsigned address_of(const MicroOp& op) const {
    return static_cast<unsigned>(&op - code->ops.data());
  }
  const Insn& insn_of(const MicroOp& op) const { return code->insns[address_of(op)]; }
  unsigned slot_number() const { return last_slot; }  // of the running context

  uint32_t& at(Place place) const {
    return *reinterpret_cast<uint32_t*>(reinterpret_cast<std::byte*>(slot) + place);
  }

  // The watchdog's limit moves with every bubble; an armed mirror check stops before every word.
  void plan_stop() {
    stop_at = budget > bubbles ? budget - bubbles : 0;
    if (pending.kind != Pending::kNone) stop_at = std::min(stop_at, pending.at);
    if (checks_mirrors) stop_at = instructions;
  }
  void add_bubbles(unsigned count) {
    bubbles += count;
    plan_stop();
  }

  // Directly behind the last word lies a micro-op that faults; a branch may still be due before it.
  const MicroOp* go_to(unsigned address) {
    if (address > code->words.size()) return fault_at(FaultKind::kPcOutOfRange, address);
    return &code->ops[address];
  }
  // Schedules what a word with defer slots does, or does it at once.
  const MicroOp* defer(const MicroOp& op, unsigned count, const Pending& what);

  // These end run() and return nullptr, for handlers to return. A word that fails is not counted as
  // retired.
  const MicroOp* stop(StopReason why, unsigned resume_at) {
    reason = why;
    slot->state.pc = static_cast<uint16_t>(resume_at);
    return nullptr;
  }
  const MicroOp* fault_at(FaultKind kind, unsigned address);
  const MicroOp* fail(FaultKind kind, const MicroOp& op) {
    --instructions;
    return fault_at(kind, address_of(op));
  }

  // The running context gives up the core; it sleeps until its events have come, unless there are
  // none to wait for.
  void sleep(uint16_t wakeup, bool any) {
    gives_up_core = true;
    slot->state.wakeup = wakeup;
    slot->wake_any = any;
    slot->state.asleep = wakeup != 0;
    wake_if_due(*slot);
    if (slot->state.asleep) maybe_ready &= ~(1u << slot_number());
  }

  // Something is due before `op`: returns what to execute next, or nullptr.
  const MicroOp* at_stop(const MicroOp* op);
  const MicroOp* finish(Pending due);  // by value: it clears `pending`
  bool mirrors_match(unsigned address) const;
};

}  // namespace fpc
