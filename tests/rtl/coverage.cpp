// Counts bins.
// SPDX-License-Identifier: Apache-2.0
#include "tests/rtl/coverage.h"

#include <fmt/format.h>

#include <array>
#include <span>

#include "fpc/isa.h"

namespace rtl::test {
namespace {

using fpc::Format;
using fpc::Insn;
using fpc::InsnSpec;
using fpc::Op;
using fpc::OperandKind;
using fpc::ShiftControl;
namespace flag = fpc::flag;

constexpr OperandKind kWide[] = {OperandKind::kGpr,       OperandKind::kGprAbs, OperandKind::kXfer,
                                 OperandKind::kXferIndex, OperandKind::kLmem,   OperandKind::kImm};
constexpr OperandKind kNarrow[] = {OperandKind::kGpr, OperandKind::kXfer, OperandKind::kXferIndex,
                                   OperandKind::kLmem, OperandKind::kImm};
constexpr OperandKind kRight[] = {OperandKind::kGpr, OperandKind::kImm};

bool is_wide(Format format) {
  return format == Format::kAlu || format == Format::kImmed || format == Format::kMulStep ||
         format == Format::kMulLast || format == Format::kJump || format == Format::kCsrWrite;
}

std::span<const OperandKind> kinds_of(Format format) {
  return is_wide(format) ? std::span<const OperandKind>(kWide)
                         : std::span<const OperandKind>(kNarrow);
}

bool names_left(const InsnSpec& row) {
  return row.has(flag::kReadsA) || row.format == Format::kMem;
}
bool names_right(const InsnSpec& row) {
  return row.has(flag::kReadsB) || row.format == Format::kMem;
}
bool takes_constant(Format format) {
  return format != Format::kBrBit && format != Format::kBrByte && format != Format::kJump;
}

// kFlags: flag number * 2 + value.
enum : uint8_t { kNClear, kNSet, kZClear, kZSet, kCClear, kCSet, kVClear, kVSet };

uint8_t branch_detail(bool taken, unsigned slots, bool fresh) {
  return static_cast<uint8_t>((taken ? 1u : 0u) | slots << 1 | (fresh ? 8u : 0u));
}
uint8_t shift_detail(ShiftControl control, bool indirect) {
  return static_cast<uint8_t>(static_cast<unsigned>(control) * 2 + (indirect ? 1 : 0));
}
uint8_t command_detail(const Insn& insn) {
  return static_cast<uint8_t>(static_cast<unsigned>(insn.swap_mode) * 8 +
                              static_cast<unsigned>(insn.address_mode));
}

// kHazard: about the word and the one before it; the row is kAluB for all.
enum Hazard : uint8_t {
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
  kHazards
};

bool sets_impossible(Op op, uint8_t detail) {
  // Counts are small, so that N stays clear.
  return detail == kNSet && (op == Op::kAluFfs || op == Op::kAluPop3);
}

void define_operands(const InsnSpec& row, std::set<Bin>& bins) {
  for (const OperandKind kind : kinds_of(row.format)) {
    const auto detail = static_cast<uint8_t>(kind);
    const bool is_constant = kind == OperandKind::kImm;
    if (names_left(row) && (!is_constant || takes_constant(row.format)))
      bins.insert({Group::kLeft, row.op, detail});
    if (names_right(row) && row.format != Format::kMem)
      bins.insert({Group::kRight, row.op, detail});
    if (row.has(flag::kWritesDst) && !is_constant)
      bins.insert({Group::kDestination, row.op, detail});
  }
  if (row.has(flag::kWritesDst))
    bins.insert({Group::kDestination, row.op, static_cast<uint8_t>(OperandKind::kNone)});
  if (row.format != Format::kMem) return;
  for (const OperandKind kind : kRight)
    bins.insert({Group::kRight, row.op, static_cast<uint8_t>(kind)});
}

void define_flags(const InsnSpec& row, std::set<Bin>& bins) {
  for (uint8_t detail = kNClear; detail <= kZSet; ++detail) {
    if (row.has(flag::kSetsNz) && !sets_impossible(row.op, detail))
      bins.insert({Group::kFlags, row.op, detail});
  }
  for (uint8_t detail = kCClear; detail <= kVSet; ++detail)
    if (row.has(flag::kSetsCv)) bins.insert({Group::kFlags, row.op, detail});
}

void define_branches(const InsnSpec& row, std::set<Bin>& bins) {
  if (!row.has(flag::kBranch)) return;
  for (unsigned slots = 0; slots < 4; ++slots) {
    for (const bool fresh : {false, true}) {
      if (fresh && !row.has(flag::kReadsCc)) continue;
      bins.insert({Group::kBranch, row.op, branch_detail(true, slots, fresh)});
      if (row.has(flag::kConditional))
        bins.insert({Group::kBranch, row.op, branch_detail(false, slots, fresh)});
    }
  }
}

void define_shifts(const InsnSpec& row, std::set<Bin>& bins) {
  const bool is_fixed = row.format == Format::kShfFixed;
  if (row.format != Format::kShf && row.format != Format::kLdField && !is_fixed) return;
  for (unsigned number = 0; number < 4; ++number) {
    const auto control = static_cast<ShiftControl>(number);
    if (is_fixed && control != ShiftControl::kRight) continue;
    const bool may_double = row.op == Op::kShfB || row.op == Op::kLdField;
    if (control == ShiftControl::kDouble && !may_double) continue;
    bins.insert({Group::kShift, row.op, shift_detail(control, false)});
    if (control != ShiftControl::kRotate)
      bins.insert({Group::kShift, row.op, shift_detail(control, true)});
  }
}

void define_commands(const InsnSpec& row, std::set<Bin>& bins) {
  if (row.format != Format::kMem) return;
  Insn insn;
  for (unsigned swap = 0; swap < 4; ++swap) {
    for (const auto mode : {fpc::AddressMode::kAShift8PlusB, fpc::AddressMode::kBShift8PlusA,
                            fpc::AddressMode::kAPlusB}) {
      insn.swap_mode = static_cast<fpc::CommandSwap>(swap);
      insn.address_mode = mode;
      bins.insert({Group::kCommand, row.op, command_detail(insn)});
    }
  }
}

bool reads(const Insn& insn, const Retired& written) {
  const auto names = [&](const fpc::Operand& operand) {
    if (written.kind != Retired::Kind::kGpr || operand.kind != OperandKind::kGpr) return false;
    const bool same_bank = written.both || written.bank_b == (operand.bank == fpc::Bank::kB);
    return same_bank && operand.value == written.number % fpc::kRelativeGprs;
  };
  return names(insn.a) || names(insn.b);
}

}  // namespace

std::string to_string(const Bin& bin) {
  constexpr const char* kNames[] = {"left",   "right", "destination", "flags",
                                    "branch", "shift", "command",     "hazard"};
  return fmt::format("{} {} {}", kNames[static_cast<unsigned>(bin.group)], fpc::spec(bin.op).name,
                     bin.detail);
}

std::set<Bin> defined_bins() {
  std::set<Bin> bins;
  for (const InsnSpec& row : fpc::kInsnSpecs) {
    if (row.semantics == fpc::Semantics::kNone) continue;
    define_operands(row, bins);
    define_flags(row, bins);
    define_branches(row, bins);
    define_shifts(row, bins);
    define_commands(row, bins);
  }
  for (uint8_t hazard = 0; hazard < kHazards; ++hazard)
    bins.insert({Group::kHazard, Op::kAluB, hazard});
  return bins;
}

void Coverage::add_operands(const Insn& insn) {
  const InsnSpec& row = fpc::spec(insn.op);
  const auto enter = [&](Group group, const fpc::Operand& operand) {
    hit_.insert({group, insn.op, static_cast<uint8_t>(operand.kind)});
  };
  if (names_left(row)) enter(Group::kLeft, insn.a);
  if (names_right(row)) enter(Group::kRight, insn.b);
  if (row.has(flag::kWritesDst)) enter(Group::kDestination, insn.dst);
  if (row.format == Format::kShf || row.format == Format::kShfFixed ||
      row.format == Format::kLdField) {
    const bool indirect = insn.shift == 0 && insn.shift_control != ShiftControl::kRotate;
    hit_.insert({Group::kShift, insn.op, shift_detail(insn.shift_control, indirect)});
  }
  if (row.format == Format::kMem) hit_.insert({Group::kCommand, insn.op, command_detail(insn)});
}

void Coverage::add_flags(const Insn& insn, const Retired& word) {
  const InsnSpec& row = fpc::spec(insn.op);
  if (insn.no_cc) return;
  const auto enter = [&](uint8_t clear, bool is_set) {
    hit_.insert({Group::kFlags, insn.op, static_cast<uint8_t>(clear + (is_set ? 1 : 0))});
  };
  if (row.has(flag::kSetsNz)) {
    enter(kNClear, word.flags.n);
    enter(kZClear, word.flags.z);
  }
  if (row.has(flag::kSetsCv)) {
    enter(kCClear, word.flags.c);
    enter(kVClear, word.flags.v);
  }
}

// Whether a branch was taken shows in the word behind its slots.
void Coverage::add_branch(const Insn& insn, const Retired& word) {
  if (open_.active && open_.word.slot != word.slot) open_.active = false;
  if (open_.active && open_.left-- == 0) {
    const bool taken = word.address != open_.word.address + 1 + open_.insn.defer;
    hit_.insert(
        {Group::kBranch, open_.insn.op, branch_detail(taken, open_.insn.defer, open_.fresh)});
    open_.active = false;
  }
  const InsnSpec& row = fpc::spec(insn.op);
  if (!row.has(flag::kBranch)) return;
  const InsnSpec& before = fpc::spec(previous_.op);
  const bool fresh = row.has(flag::kReadsCc) && previous_word_.slot == word.slot &&
                     before.has(flag::kSetsNz) && !previous_.no_cc;
  open_ = {insn, word, insn.defer, fresh, true};
}

void Coverage::add_hazards(const Insn& insn, const Retired& word) {
  const auto enter = [&](bool holds, Hazard hazard) {
    if (holds) hit_.insert({Group::kHazard, Op::kAluB, hazard});
  };
  if (previous_word_.slot != word.slot) return;
  const InsnSpec &row = fpc::spec(insn.op), &before = fpc::spec(previous_.op);
  const bool from_b = previous_word_.bank_b;
  enter(reads(insn, previous_word_) && !from_b, kReadAfterWriteA);
  enter(reads(insn, previous_word_) && from_b, kReadAfterWriteB);
  enter(previous_word_.kind == Retired::Kind::kLm && insn.a.kind == OperandKind::kLmem,
        kLmReadAfterWrite);
  enter(insn.a.post != fpc::PostModify::kNone && insn.dst.post != fpc::PostModify::kNone,
        kPostModifiesBoth);
  enter(before.has(flag::kReadsCsr) && insn.op == Op::kImmed, kCsrDelivered);
  enter(before.has(flag::kReadsCsr) && insn.op != Op::kImmed, kCsrForgotten);
  const bool is_indirect =
      row.format == Format::kShf && insn.shift == 0 && insn.shift_control != ShiftControl::kRotate;
  enter(is_indirect && previous_word_.both, kAmountAfterMirror);
  enter(insn.op == Op::kShfAsr && previous_.op == Op::kShfAsr, kAsrAfterAsr);
  enter(row.has(flag::kReadsC) && previous_.op == Op::kImmed, kCarryAcrossImmed);
  enter(row.has(flag::kSetsNz) && insn.no_cc, kFlagsKept);
  enter(open_.active && open_.word.address != word.address && word.is_command, kCommandInSlot);
  enter(previous_word_.is_command && previous_.swap_mode == fpc::CommandSwap::kSwapDefer1,
        kSlotOfSwap);
}

void Coverage::add(const Retired& word) {
  const base::Result<Insn> insn = fpc::decode(word.word);
  if (!insn) return;
  add_operands(*insn);
  add_flags(*insn, word);
  add_branch(*insn, word);
  add_hazards(*insn, word);
  previous_ = *insn;
  previous_word_ = word;
}

}  // namespace rtl::test
