// Which bins a word or a fault hits.
// SPDX-License-Identifier: Apache-2.0
#include "tests/rtl/coverage.h"

#include <algorithm>
#include <iterator>

#include "fpc/ecc.h"
#include "fpc/isa.h"
#include "fpc/memory.h"
#include "fpc/modifiers.h"
#include "fpc/row_lookup.h"
#include "fpc/word_cost.h"

namespace rtl::test {
namespace {

using fpc::FaultKind;
using fpc::Format;
using fpc::Insn;
using fpc::InsnSpec;
using fpc::Op;
using fpc::OperandKind;
using fpc::ShiftControl;
namespace flag = fpc::flag;

constexpr fpc::Word kStoredBits = (fpc::Word{1} << 52) - 1;

template <typename Enum>
constexpr uint8_t number(Enum value) {
  return static_cast<uint8_t>(value);
}

bool is_indirect(const Insn& insn) {
  return insn.shift == 0 && insn.shift_control != ShiftControl::kRotate;
}

bool reads(const Insn& insn, const Retired& written) {
  const auto names = [&](const fpc::Operand& operand) {
    if (written.kind != Retired::Kind::kGpr || operand.kind != OperandKind::kGpr) return false;
    const bool same_bank = written.both || written.bank_b == (operand.bank == fpc::Bank::kB);
    return same_bank && operand.value == written.number % fpc::kRelativeGprs;
  };
  return names(insn.a) || names(insn.b);
}

bool is_kill(const Insn& insn) {
  return insn.op == Op::kCtxArb && insn.event_mask == 0 && (insn.arb_flags & fpc::kArbNotKill) == 0;
}

bool waits_for_any(const Insn& insn) {
  return insn.op == Op::kCtxArb && (insn.arb_flags & fpc::kArbAny) != 0 &&
         (insn.event_mask & 1) == 0 && (insn.event_mask & (insn.event_mask - 1)) != 0;
}

// An alu word whose sources are the same bits, but no registers of a bank.
bool names_one_twice(fpc::Word word) {
  const InsnSpec* row = fpc::find_row(word & fpc::kInsnMask);
  if (row == nullptr || row->format != Format::kAlu) return false;
  const unsigned a = fpc::get<Format::kAlu, fpc::Field::kA>(word);
  return a == fpc::get<Format::kAlu, fpc::Field::kB>(word) &&
         fpc::operand_pattern(a, fpc::OperandWidth::kWide).legal;
}

uint8_t csr_number(uint16_t address) {
  const auto found =
      std::ranges::find(fpc::kCsrs, address, [](const fpc::CsrSpec& csr) { return csr.address; });
  return static_cast<uint8_t>(found - std::begin(fpc::kCsrs));
}

}  // namespace

std::set<Bin> Coverage::missing() const {
  const std::set<Bin> defined = defined_bins();
  std::set<Bin> missing;
  std::ranges::set_difference(defined, hit_, std::inserter(missing, missing.end()));
  return missing;
}

void Coverage::add_operands(const Insn& insn) {
  const InsnSpec& row = fpc::spec(insn.op);
  const auto enter_operand = [&](Group group, Position position, const fpc::Operand& operand) {
    const OperandClass found = classify(operand);
    if (has_form(row, position, found)) enter(group, insn.op, number(found));
  };
  const bool ignores_left = row.format == Format::kShf && !row.has(flag::kReadsA) &&
                            insn.shift_control != ShiftControl::kDouble;
  if (!ignores_left) enter_operand(Group::kLeft, Position::kLeft, insn.a);
  enter_operand(Group::kRight, Position::kRight, insn.b);
  enter_operand(Group::kDestination, Position::kDestination, insn.dst);
}

void Coverage::add_forms(const Insn& insn) {
  const InsnSpec& row = fpc::spec(insn.op);
  if (fpc::has_field(row.format, fpc::Field::kShift))
    enter(Group::kShift, insn.op, shift_detail(insn.shift_control, is_indirect(insn)));
  if (row.has(flag::kCommand))
    enter(Group::kCommand, insn.op, command_detail(insn.swap_mode, insn.address_mode));
  if (row.has(flag::kWritesCsr)) enter(Group::kRegister, insn.op, csr_number(insn.csr));
  if (row.has(flag::kSwaps)) {
    const bool branches = (insn.arb_flags & fpc::kArbBranch) != 0;
    enter(Group::kBranch, insn.op, branch_detail(branches, insn.defer, false));
  }
}

void Coverage::add_flags(const Insn& insn, const Retired& word) {
  if (!fpc::sets_flags(insn)) return;
  const auto enter_flag = [&](Flag which, bool is_set) {
    enter(Group::kFlags, insn.op, flag_detail(which, is_set));
  };
  enter_flag(Flag::kN, word.flags.n);
  enter_flag(Flag::kZ, word.flags.z);
  if (!fpc::spec(insn.op).has(flag::kSetsCv)) return;
  enter_flag(Flag::kC, word.flags.c);
  enter_flag(Flag::kV, word.flags.v);
}

// Whether a branch was taken shows in the word behind its slots; not when it goes there anyway.
void Coverage::add_branch(const Insn& insn, const Retired& word) {
  if (open_.active && open_.word.slot != word.slot) open_.active = false;
  if (open_.active && open_.left-- == 0) {
    const unsigned behind = open_.word.address + 1u + open_.insn.defer;
    const bool is_known = open_.insn.op == Op::kJump || open_.insn.target != behind;
    const uint8_t detail = branch_detail(word.address != behind, open_.insn.defer, open_.fresh);
    if (is_known) enter(Group::kBranch, open_.insn.op, detail);
    open_.active = false;
  }
  const InsnSpec& row = fpc::spec(insn.op);
  if (!row.has(flag::kBranch)) return;
  const bool fresh =
      row.has(flag::kReadsCc) && previous_word_.slot == word.slot && fpc::sets_flags(previous_);
  open_ = {insn, word, insn.defer, fresh, true};
}

// Whole are all steps of a type in the order of isa.def, then its last words.
void Coverage::add_product(const Insn& insn, const Retired& word) {
  const InsnSpec& row = fpc::spec(insn.op);
  const bool goes_on = previous_word_.slot == word.slot && steps_ != 0;
  if (insn.op == Op::kMulStart) {
    steps_ = 1;
  } else if (row.format == Format::kMulStep) {
    const bool is_next = goes_on && multiplication(row)[steps_] == insn.op;
    steps_ = is_next ? steps_ + 1 : 0;
  } else if (row.has(flag::kReadsProduct)) {
    const bool is_whole = goes_on && steps_ == multiplication(row).size();
    if (is_whole) enter(Group::kProduct, insn.op, 0);
  } else {
    steps_ = 0;
  }
}

void Coverage::add_hazards(const Insn& insn, const Retired& word) {
  const auto enter_if = [&](bool holds, Hazard hazard) {
    if (holds) enter(Group::kHazard, kAnyRow, number(hazard));
  };
  const InsnSpec &row = fpc::spec(insn.op), &before = fpc::spec(previous_.op);
  enter_if(is_kill(insn), Hazard::kKilled);
  enter_if(waits_for_any(insn), Hazard::kWokenByAny);
  enter_if(insn.indirect_ref, Hazard::kTakesOverride);
  enter_if(row.has(flag::kSetsNz) && insn.no_cc, Hazard::kFlagsKept);
  enter_if(insn.a.post != fpc::PostModify::kNone && insn.dst.post != fpc::PostModify::kNone,
           Hazard::kPostModifiesBoth);
  enter_if(open_.active && open_.word.address != word.address && word.is_command,
           Hazard::kCommandInSlot);
  if (previous_word_.slot != word.slot) return;
  const bool from_b = previous_word_.bank_b;
  enter_if(reads(insn, previous_word_) && !from_b, Hazard::kReadAfterWriteA);
  enter_if(reads(insn, previous_word_) && from_b, Hazard::kReadAfterWriteB);
  enter_if(previous_word_.kind == Retired::Kind::kLm && insn.a.kind == OperandKind::kLmem,
           Hazard::kLmReadAfterWrite);
  const bool takes_csr = before.has(flag::kReadsCsr) && insn.op == Op::kImmed;
  enter_if(takes_csr, Hazard::kCsrDelivered);
  if (takes_csr) enter(Group::kRegister, previous_.op, csr_number(previous_.csr));
  enter_if(before.has(flag::kReadsCsr) && insn.op != Op::kImmed, Hazard::kCsrForgotten);
  enter_if(row.format == Format::kShf && is_indirect(insn) && previous_word_.both,
           Hazard::kAmountAfterMirror);
  enter_if(insn.op == Op::kShfAsr && previous_.op == Op::kShfAsr, Hazard::kAsrAfterAsr);
  enter_if(row.has(flag::kReadsC) && previous_.op == Op::kImmed, Hazard::kCarryAcrossImmed);
  enter_if(previous_word_.is_command && previous_.swap_mode == fpc::CommandSwap::kSwapDefer1,
           Hazard::kSlotOfSwap);
}

void Coverage::add(const Retired& word) {
  const base::Result<Insn> insn = fpc::decode(word.word);
  if (!insn) return;
  add_operands(*insn);
  add_forms(*insn);
  add_flags(*insn, word);
  add_branch(*insn, word);
  add_product(*insn, word);
  add_hazards(*insn, word);
  previous_ = *insn;
  previous_word_ = word;
}

void Coverage::add_refusal(const Insn& insn) {
  const auto refused = [&](Refusal refusal) { enter(Group::kRefused, insn.op, number(refusal)); };
  if (const auto by_mode = refusal_of(insn.address_mode)) return refused(*by_mode);
  if (insn.swap_mode != fpc::CommandSwap::kNoSwap && insn.signal == 0)
    return refused(Refusal::kNoSignal);
  if (insn.indirect_ref) return refused(Refusal::kOverride);
  if (fpc::spec(insn.op).has(flag::kTakesData)) return refused(Refusal::kWithoutData);
  const bool has_odd_length = fpc::is_atomic(insn.op) && (insn.count & ~fpc::kCount64) != 0;
  refused(has_odd_length ? Refusal::kLength : Refusal::kBehindLastRegister);
}

// Only of words with one such operand: that one is the cause.
void Coverage::add_operand_fault(const Insn& insn, FaultKind kind) {
  const fpc::Operand* const operands[] = {&insn.a, &insn.b, &insn.dst};
  const auto is_cause = [&](const fpc::Operand* operand) {
    return operand->kind == OperandKind::kLmem ||
           (kind == FaultKind::kLmLatency && operand->kind == OperandKind::kXferIndex);
  };
  if (std::ranges::count_if(operands, is_cause) != 1) return;
  const auto cause = std::ranges::find_if(operands, is_cause) - std::begin(operands);
  enter(Group::kFault, insn.op, fault_detail(kind, static_cast<unsigned>(cause)));
}

void Coverage::add_illegal(const Insn& insn) {
  const InsnSpec& row = fpc::spec(insn.op);
  const auto enter_cause = [&](Illegal cause) {
    enter(Group::kFault, insn.op, fault_detail(FaultKind::kIllegalWord, number(cause)));
  };
  const bool names_neighbour = classify(insn.a) == OperandClass::kNeighbour ||
                               classify(insn.b) == OperandClass::kNeighbour ||
                               classify(insn.dst) == OperandClass::kNeighbour;
  if (row.semantics == fpc::Semantics::kNone) return enter_cause(Illegal::kRow);
  if (insn.predicate_cc) return enter_cause(Illegal::kPredicate);
  if (names_neighbour) return enter_cause(Illegal::kNeighbour);
  if (row.has(flag::kSwaps)) return enter_cause(Illegal::kBreakpoint);
  if (row.has(flag::kReadsCsr | flag::kWritesCsr))
    enter(Group::kRegister, insn.op, csr_number(insn.csr));
}

void Coverage::add_broken(const fpc::Fault& fault) {
  const auto broken = [&](Broken what) { enter(Group::kBroken, kAnyRow, number(what)); };
  const bool is_next = previous_word_.slot == fault.slot;
  const bool is_branch = fpc::spec(previous_.op).has(flag::kBranch) && previous_.defer == 0;
  const bool falls_off = fault.address == previous_word_.address + 1u;
  if (fault.kind == FaultKind::kEccError) broken(Broken::kEccError);
  if (fault.kind == FaultKind::kWatchdog) broken(Broken::kWatchdog);
  if (fault.kind != FaultKind::kPcOutOfRange || !is_next) return;
  if (falls_off) return broken(Broken::kEndOfStore);
  if (is_branch) enter(Group::kFault, previous_.op, fault_detail(fault.kind, 0));
}

void Coverage::add(const fpc::Fault& fault) {
  open_.active = false;
  add_broken(fault);
  if (fault.kind == FaultKind::kEccError || fault.kind == FaultKind::kWatchdog ||
      fault.kind == FaultKind::kPcOutOfRange) {
    return;
  }
  if ((fault.word & ~kStoredBits) != 0)
    return enter(Group::kBroken, kAnyRow, number(Broken::kBitsAbove));
  const base::Result<Insn> insn = fpc::decode(*fpc::correct_ecc(fault.word));
  if (!insn) {
    const bool is_clash = names_one_twice(fault.word);
    return enter(Group::kBroken, kAnyRow,
                 number(is_clash ? Broken::kSameReadPort : Broken::kUndecodable));
  }
  switch (fault.kind) {
    case FaultKind::kIllegalWord:
      return add_illegal(*insn);
    case FaultKind::kBadCommand:
      return add_refusal(*insn);
    case FaultKind::kLmWindow:
    case FaultKind::kLmOutOfRange:
    case FaultKind::kLmLatency:
      return add_operand_fault(*insn, fault.kind);
    case FaultKind::kIndirectShift: {
      const bool is_published = fpc::spec(previous_.op).has(flag::kSetsPrevA);
      const LostAmount lost = is_published ? LostAmount::kInSwap : LostAmount::kNotPublished;
      return enter(Group::kFault, insn->op, fault_detail(fault.kind, number(lost)));
    }
    case FaultKind::kBranchInDefer: {
      const InsnSpec& outer = fpc::spec(previous_.op);
      if (outer.has(flag::kBranch))
        enter(Group::kFault, insn->op, fault_detail(fault.kind, number(Outer::kBranch)));
      if (outer.has(flag::kSwaps))
        enter(Group::kFault, insn->op, fault_detail(fault.kind, number(Outer::kArbitration)));
      if (outer.has(flag::kCommand))
        enter(Group::kFault, insn->op, fault_detail(fault.kind, number(Outer::kCommand)));
      return;
    }
    default:
      return;
  }
}

}  // namespace rtl::test
