// Handler of memory commands: builds the MemoryCommand and stops for the driver.
// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "base/bits.h"
#include "fpc/interpreter_handlers.h"
#include "fpc/interpreter_operands.h"
#include "fpc/isa.h"
#include "fpc/memory.h"
#include "fpc/semantics.h"

namespace fpc {
namespace {

// Count field and override of an atomic: bits of the length (nfp-isa 12.4).
constexpr unsigned kAtomic64 = 4;
constexpr unsigned kAtomicData16 = 8;

// nfp-isa 12.4. Only LENGTH and DATA16 have known semantics; a word that overrides anything else is
// refused.
struct Override {
  uint32_t word = 0;

  bool has_length() const { return base::extract<7, 7>(word) != 0; }
  unsigned length() const { return static_cast<unsigned>(base::extract<12, 8>(word)); }
  bool has_data16() const { return base::extract<5, 3>(word) == 2; }
  uint16_t data16() const { return static_cast<uint16_t>(base::extract<31, 16>(word)); }
  bool is_modelled() const {
    const uint64_t data_selector = base::extract<5, 3>(word);
    return (word & 0xe047) == 0 && (data_selector == 0 || data_selector == 2);
  }
};

bool set_address(MemoryCommand& command, AddressMode mode, uint32_t a, uint32_t b) {
  command.wide = mode != AddressMode::kAPlusB;
  switch (mode) {
    case AddressMode::kAShift8PlusB:
      command.address = semantics::address40(a, b);
      return true;
    case AddressMode::kBShift8PlusA:
      command.address = semantics::address40(b, a);
      return true;
    case AddressMode::kAPlusB:
      command.address = semantics::address32(a, b);
      return true;
    case AddressMode::kThirdParty2:
    case AddressMode::kThirdParty3:
    case AddressMode::kImmAddress:
    case AddressMode::kImmAddressData:
    case AddressMode::kImmData:
      return false;
  }
  return false;
}

// false: bits of the length or of the override whose meaning is unknown.
bool set_length(MemoryCommand& command, const Insn& insn, uint32_t prev_r) {
  const Override override{insn.indirect_ref ? prev_r : 0};
  if (!override.is_modelled()) return false;
  const unsigned raw = override.has_length() ? override.length() : insn.count;
  if (!is_atomic(insn.op)) {
    command.length = static_cast<uint8_t>(raw + 1);
    return !override.has_data16();
  }
  command.is64 = (raw & kAtomic64) != 0;
  command.length = command.is64 ? 2 : 1;
  command.has_data16 = (raw & kAtomicData16) != 0;
  command.data16 = command.has_data16 ? override.data16() : uint16_t{0};
  const bool takes_data16 = spec(insn.op).has(flag::kTakesData);
  return (raw & ~(kAtomic64 | kAtomicData16)) == 0 && command.has_data16 == override.has_data16() &&
         (!takes_data16 || command.has_data16);
}

// Slots of a swapping command hold no second command: the core could not say which one it stopped
// for.
bool may_stand_here(const Machine& m, bool swaps) {
  return m.pending.kind == Pending::kNone || (m.pending.kind == Pending::kBranch && !swaps);
}

bool is_complete(const MemoryCommand& command) {
  return command.xfer + xfer_registers(command) <= kXferRegs &&
         (!command.swaps || command.signal != 0);
}

}  // namespace

bool has_address(AddressMode mode) {
  MemoryCommand unused;
  return set_address(unused, mode, 0, 0);
}

[[gnu::hot]] std::optional<MemoryCommand> command_shape(const Insn& insn, uint32_t override_word) {
  MemoryCommand command{.op = insn.op,
                        .xfer = insn.xfer,
                        .signal = insn.signal,
                        .swaps = insn.swap_mode != CommandSwap::kNoSwap};
  const bool is_legal = set_address(command, insn.address_mode, 0, 0) &&
                        set_length(command, insn, override_word) && is_complete(command);
  return is_legal ? std::optional(command) : std::nullopt;
}

unsigned defer_slots(CommandSwap mode) {
  switch (mode) {
    case CommandSwap::kSwapDefer1:
      return 1;
    case CommandSwap::kSwapDefer2:
      return 2;
    case CommandSwap::kSwap:
    case CommandSwap::kNoSwap:
      return 0;
  }
  return 0;
}

namespace {

template <bool kComputed>
const MicroOp* run_command(Machine& m, const MicroOp& op) {
  const Insn& insn = m.insn_of(op);
  const bool swaps = insn.swap_mode != CommandSwap::kNoSwap;
  if (!may_stand_here(m, swaps)) return m.fail(FaultKind::kBranchInDefer, op);
  Operands x;
  if (!fetch<kComputed>(m, op, x)) return nullptr;
  std::optional<MemoryCommand> command = command_shape(insn, m.prev_r);
  if (!command) return m.fail(FaultKind::kBadCommand, op);
  command->slot = static_cast<uint8_t>(m.slot_number());
  set_address(*command, insn.address_mode, x.a, x.b);
  m.command = *command;
  const unsigned slots = defer_slots(insn.swap_mode);
  const unsigned next = m.address_of(op) + 1 + slots;
  if (!swaps) return m.stop(StopReason::kCommand, next);
  const Pending what{.kind = Pending::kCommand,
                     .bubbles = bubbles_of(op.taken_cycles, slots),
                     .wakeup = command->signal_mask(),
                     .target = next};
  return m.defer(op, slots, what);
}

}  // namespace

Handlers command_handlers(Op op) {
  if (spec(op).format != Format::kMem) return {};
  return {run_command<false>, run_command<true>};
}

}  // namespace fpc
