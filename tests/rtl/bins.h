// The combinations of instruction, operand, flags and circumstance that lockstep must have compared.
// SPDX-License-Identifier: Apache-2.0
//
// A bin is a group, a row of isa.def and a detail of that group. Which bins exist follows from isa.def alone: the row's flags
// say what it reads, writes, sets and may be refused for, the fields of its format which operands have a form. Nothing is
// left out by name.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fpc/core.h"
#include "fpc/isa.h"

namespace rtl::test {

enum class Group : uint8_t {
  kLeft,         // detail: OperandClass
  kRight,        // detail: OperandClass
  kDestination,  // detail: OperandClass
  kFlags,        // detail: flag_detail()
  kBranch,       // detail: branch_detail()
  kShift,        // detail: shift_detail()
  kProduct,      // behind the whole multiplication; detail 0
  kCommand,      // detail: command_detail()
  kRegister,     // of local_csr; detail: place in kCsrs
  kHazard,       // any row; detail: Hazard
  kRefused,      // commands; detail: Refusal
  kFault,        // detail: fault_detail()
  kBroken,       // what is no word of a row; detail: Broken
};

// Operands as the data paths tell them apart.
enum class OperandClass : uint8_t {
  kNone,
  kGprA,
  kGprB,
  kAbsoluteA,
  kAbsoluteB,
  kXfer,
  kXferIndex,
  kXferIndexUp,  // post-incremented
  kXferIndexDown,
  kLmem,
  kLmemExtended,  // index registers 2 and 3
  kLmemUp,
  kLmemDown,
  kImm,
  kNeighbour,  // has no semantics
  kClasses
};
OperandClass classify(const fpc::Operand& operand);

enum class Position : uint8_t { kLeft, kRight, kDestination };

// Whether a word of the row can have such an operand there.
bool has_form(const fpc::InsnSpec& row, Position position, OperandClass operand);

// The steps that a row of mul_step belongs to, kMulStart first.
std::vector<fpc::Op> multiplication(const fpc::InsnSpec& row);

// Whether a word of the row can have this shift control.
bool has_control(const fpc::InsnSpec& row, fpc::ShiftControl control);

enum class Flag : uint8_t { kN, kZ, kC, kV };
constexpr uint8_t flag_detail(Flag flag, bool is_set) {
  return static_cast<uint8_t>(static_cast<unsigned>(flag) * 2 + (is_set ? 1 : 0));
}

// `fresh`: the word just before has set the flags that it tests.
constexpr uint8_t branch_detail(bool taken, unsigned slots, bool fresh) {
  return static_cast<uint8_t>((taken ? 1u : 0u) | slots << 1 | (fresh ? 8u : 0u));
}
constexpr uint8_t shift_detail(fpc::ShiftControl control, bool indirect) {
  return static_cast<uint8_t>(static_cast<unsigned>(control) * 2 + (indirect ? 1 : 0));
}
constexpr uint8_t command_detail(fpc::CommandSwap swap, fpc::AddressMode mode) {
  return static_cast<uint8_t>(static_cast<unsigned>(swap) * 8 + static_cast<unsigned>(mode));
}

enum class Hazard : uint8_t {
  kReadAfterWriteA,
  kReadAfterWriteB,
  kLmReadAfterWrite,
  kPostModifiesBoth,
  kCsrDelivered,
  kCsrForgotten,
  kAmountAfterMirror,
  kAsrAfterAsr,
  kCarryAcrossImmed,
  kFlagsKept,
  kCommandInSlot,
  kSlotOfSwap,
  kKilled,  // ctx_arb that ends its context
  kWokenByAny,
  kTakesOverride,
  kHazards
};

// Why a command is no command, when nothing else is wrong with it.
enum class Refusal : uint8_t {
  kThirdParty2,
  kThirdParty3,
  kImmAddress,
  kImmAddressData,
  kImmData,
  kNoSignal,            // to wait for
  kOverride,            // bits without a known meaning
  kWithoutData,         // of an override, where the row takes it
  kLength,              // bits of an atomic's length
  kBehindLastRegister,  // its data
  kRefusals
};
constexpr std::optional<Refusal> refusal_of(fpc::AddressMode mode) {
  switch (mode) {
    case fpc::AddressMode::kThirdParty2:
      return Refusal::kThirdParty2;
    case fpc::AddressMode::kThirdParty3:
      return Refusal::kThirdParty3;
    case fpc::AddressMode::kImmAddress:
      return Refusal::kImmAddress;
    case fpc::AddressMode::kImmAddressData:
      return Refusal::kImmAddressData;
    case fpc::AddressMode::kImmData:
      return Refusal::kImmData;
    default:
      return {};
  }
}

// kFault: a kind and what tells its causes apart: Position of an operand, Outer,
// LostAmount, Illegal, else 0.
constexpr uint8_t fault_detail(fpc::FaultKind kind, unsigned cause) {
  return static_cast<uint8_t>(static_cast<unsigned>(kind) * 4 + cause);
}
enum class Outer : uint8_t { kBranch, kArbitration, kCommand };  // whose defer slot it is
enum class LostAmount : uint8_t { kNotPublished, kInSwap };      // of an indirect shift
enum class Illegal : uint8_t { kRow, kPredicate, kNeighbour, kBreakpoint };

enum class Broken : uint8_t {
  kUndecodable,
  kSameReadPort,  // two sources of one kind
  kBitsAbove,     // 63:52
  kEccError,
  kWatchdog,
  kEndOfStore,
  kBrokens
};

struct Bin {
  Group group{};
  fpc::Op op{};  // kAnyRow where no row matters
  uint8_t detail = 0;
  auto operator<=>(const Bin&) const = default;
};
constexpr fpc::Op kAnyRow = fpc::Op::kAluB;

// Whether a context does not live to see the word behind it.
bool is_fatal(const Bin& bin);

std::string to_string(const Bin& bin);

// All bins that there are.
std::set<Bin> defined_bins();

}  // namespace rtl::test
