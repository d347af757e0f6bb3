// Which bins exist.
// SPDX-License-Identifier: Apache-2.0
#include "tests/rtl/bins.h"

#include <fmt/format.h>

#include <iterator>

#include "fpc/memory.h"
#include "fpc/modifiers.h"
#include "fpc/row_lookup.h"

namespace rtl::test {
namespace {

using fpc::Field;
using fpc::Format;
using fpc::InsnSpec;
using fpc::Op;
using fpc::OperandKind;
using fpc::ShiftControl;
namespace flag = fpc::flag;

constexpr Position kPositions[] = {Position::kLeft, Position::kRight, Position::kDestination};

template <typename Enum>
constexpr uint8_t number(Enum value) {
  return static_cast<uint8_t>(value);
}

bool is_wide(Format format) {
  for (const fpc::FieldSpec& field : fpc::kFields) {
    const bool is_operand = field.field == Field::kA || field.field == Field::kDst;
    if (field.format == format && is_operand) return field.width == 10;
  }
  return false;
}

bool reads_left(const InsnSpec& row) {
  const bool shifts_both = row.format == Format::kShf && has_control(row, ShiftControl::kDouble);
  return row.has(flag::kReadsA) || shifts_both || fpc::has_address(row.format);
}
bool reads_right(const InsnSpec& row) {
  return row.has(flag::kReadsB) || fpc::has_address(row.format);
}

bool has_operand(const InsnSpec& row, Position position) {
  switch (position) {
    case Position::kLeft:
      return reads_left(row);
    case Position::kRight:
      return reads_right(row);
    case Position::kDestination:
      return row.has(flag::kWritesDst);
  }
  return false;
}

bool takes_constant(const InsnSpec& row, Position position) {
  const bool compares =
      fpc::has_register_and_constant(row.format) && row.format != Format::kCsrWrite;
  return position != Position::kDestination && !compares;
}

void define_operands(const InsnSpec& row, std::set<Bin>& bins) {
  constexpr Group kGroups[] = {Group::kLeft, Group::kRight, Group::kDestination};
  for (const Position position : kPositions) {
    for (uint8_t n = 0; n < number(OperandClass::kNeighbour); ++n) {
      if (has_form(row, position, static_cast<OperandClass>(n)))
        bins.insert({kGroups[number(position)], row.op, n});
    }
  }
}

// Counts are at most 32, so that N stays clear.
bool is_count(Op op) { return op == Op::kAluFfs || op == Op::kAluPop3; }

void define_flags(const InsnSpec& row, std::set<Bin>& bins) {
  const bool sets_nz = row.has(flag::kSetsNz) || fpc::has_field(row.format, Field::kLoadCc);
  for (const bool is_set : {false, true}) {
    const auto define = [&](Flag which) {
      bins.insert({Group::kFlags, row.op, flag_detail(which, is_set)});
    };
    if (sets_nz && !(is_count(row.op) && is_set)) define(Flag::kN);
    if (sets_nz) define(Flag::kZ);
    if (row.has(flag::kSetsCv)) define(Flag::kC);
    if (row.has(flag::kSetsCv)) define(Flag::kV);
  }
}

// For ctx_arb `taken` is its branch.
void define_branches(const InsnSpec& row, std::set<Bin>& bins) {
  if (!row.has(flag::kBranch | flag::kSwaps)) return;
  for (unsigned slots = 0; slots < 4; ++slots) {
    for (const bool fresh : {false, true}) {
      if (fresh && !row.has(flag::kReadsCc)) continue;
      bins.insert({Group::kBranch, row.op, branch_detail(true, slots, fresh)});
      if (row.has(flag::kConditional | flag::kSwaps))
        bins.insert({Group::kBranch, row.op, branch_detail(false, slots, fresh)});
    }
  }
}

void define_shifts(const InsnSpec& row, std::set<Bin>& bins) {
  for (const auto control :
       {ShiftControl::kRotate, ShiftControl::kRight, ShiftControl::kLeft, ShiftControl::kDouble}) {
    if (!has_control(row, control)) continue;
    bins.insert({Group::kShift, row.op, shift_detail(control, false)});
    if (control == ShiftControl::kRotate) continue;  // by 0 is no shift
    bins.insert({Group::kShift, row.op, shift_detail(control, true)});
    for (const LostAmount lost : {LostAmount::kNotPublished, LostAmount::kInSwap}) {
      const uint8_t detail = fault_detail(fpc::FaultKind::kIndirectShift, number(lost));
      bins.insert({Group::kFault, row.op, detail});
    }
  }
}

void define_refusals(const InsnSpec& row, std::set<Bin>& bins) {
  const bool takes_data = row.has(flag::kTakesData);
  for (uint8_t n = 0; n < number(Refusal::kRefusals); ++n) {
    const auto refusal = static_cast<Refusal>(n);
    if (refusal == Refusal::kWithoutData && !takes_data) continue;
    // What takes its data from an override has its length there too.
    if (refusal == Refusal::kLength && (takes_data || !fpc::is_atomic(row.op))) continue;
    if (refusal == Refusal::kBehindLastRegister && takes_data) continue;
    bins.insert({Group::kRefused, row.op, n});
  }
}

void define_commands(const InsnSpec& row, std::set<Bin>& bins) {
  if (!row.has(flag::kCommand)) return;
  for (unsigned swap = 0; swap < 4; ++swap) {
    for (unsigned n = 0; n < 8; ++n) {
      const auto mode = static_cast<fpc::AddressMode>(n);
      if (refusal_of(mode)) continue;
      bins.insert(
          {Group::kCommand, row.op, command_detail(static_cast<fpc::CommandSwap>(swap), mode)});
    }
  }
  define_refusals(row, bins);
}

void define_registers(const InsnSpec& row, std::set<Bin>& bins) {
  if (!row.has(flag::kReadsCsr | flag::kWritesCsr)) return;
  for (uint8_t n = 0; n < std::size(fpc::kCsrs); ++n) bins.insert({Group::kRegister, row.op, n});
}

void define_operand_faults(const InsnSpec& row, std::set<Bin>& bins) {
  using fpc::FaultKind;
  for (const Position position : kPositions) {
    const auto define = [&](FaultKind kind) {
      bins.insert({Group::kFault, row.op, fault_detail(kind, number(position))});
    };
    if (!has_form(row, position, OperandClass::kLmem)) continue;
    define(FaultKind::kLmWindow);
    define(FaultKind::kLmOutOfRange);
    define(FaultKind::kLmLatency);
  }
}

void define_illegal(const InsnSpec& row, Illegal cause, std::set<Bin>& bins) {
  const uint8_t detail = fault_detail(fpc::FaultKind::kIllegalWord, number(cause));
  bins.insert({Group::kFault, row.op, detail});
}

void define_faults(const InsnSpec& row, std::set<Bin>& bins) {
  if (fpc::has_field(row.format, Field::kPredicateCc))
    define_illegal(row, Illegal::kPredicate, bins);
  for (const Position position : kPositions) {
    if (has_form(row, position, OperandClass::kNeighbour))
      define_illegal(row, Illegal::kNeighbour, bins);
  }
  if (row.has(flag::kSwaps)) define_illegal(row, Illegal::kBreakpoint, bins);
  define_operand_faults(row, bins);
  if (row.has(flag::kBranch)) {
    const uint8_t detail = fault_detail(fpc::FaultKind::kPcOutOfRange, 0);
    bins.insert({Group::kFault, row.op, detail});
  }
  if (!row.has(flag::kBranch | flag::kSwaps | flag::kCommand)) return;
  for (const Outer outer : {Outer::kBranch, Outer::kArbitration, Outer::kCommand}) {
    const uint8_t detail = fault_detail(fpc::FaultKind::kBranchInDefer, number(outer));
    bins.insert({Group::kFault, row.op, detail});
  }
}

}  // namespace

OperandClass classify(const fpc::Operand& operand) {
  const bool is_b = operand.bank == fpc::Bank::kB;
  const auto with_post = [&](OperandClass none, OperandClass up, OperandClass down) {
    if (operand.post == fpc::PostModify::kNone) return none;
    return operand.post == fpc::PostModify::kIncrement ? up : down;
  };
  switch (operand.kind) {
    case OperandKind::kNone:
      return OperandClass::kNone;
    case OperandKind::kGpr:
      return is_b ? OperandClass::kGprB : OperandClass::kGprA;
    case OperandKind::kGprAbs:
      return is_b ? OperandClass::kAbsoluteB : OperandClass::kAbsoluteA;
    case OperandKind::kXfer:
      return OperandClass::kXfer;
    case OperandKind::kXferIndex:
      return with_post(OperandClass::kXferIndex, OperandClass::kXferIndexUp,
                       OperandClass::kXferIndexDown);
    case OperandKind::kLmem:
      return with_post(operand.lm_index < 2 ? OperandClass::kLmem : OperandClass::kLmemExtended,
                       OperandClass::kLmemUp, OperandClass::kLmemDown);
    case OperandKind::kImm:
      return OperandClass::kImm;
    case OperandKind::kNn:
    case OperandKind::kNnIndex:
      break;
  }
  return OperandClass::kNeighbour;
}

// The word of the row with this shift control may be another row's.
bool has_control(const InsnSpec& row, ShiftControl control) {
  if (!fpc::has_field(row.format, Field::kShift)) return false;
  constexpr unsigned kLsb = fpc::field_at<Format::kShf, Field::kShiftControl>().lsb;
  const fpc::Word bits = static_cast<fpc::Word>(control) << kLsb;
  if (!fpc::has_field(row.format, Field::kShiftControl))
    return (row.match & fpc::Word{3} << kLsb) == bits;
  return fpc::find_row(row.match | bits) == &row;
}

bool has_form(const InsnSpec& row, Position position, OperandClass operand) {
  if (!has_operand(row, position)) return false;
  const bool is_source = position != Position::kDestination;
  const bool is_address = fpc::has_address(row.format);
  const bool is_right_address = is_address && position == Position::kRight;
  switch (operand) {
    case OperandClass::kNone:
      return !is_source;
    case OperandClass::kGprA:
      return !is_right_address;
    case OperandClass::kGprB:
      return !is_address || is_right_address;
    case OperandClass::kImm:
      return takes_constant(row, position);
    case OperandClass::kAbsoluteA:
    case OperandClass::kAbsoluteB:
    case OperandClass::kLmemUp:
    case OperandClass::kLmemDown:
      return is_wide(row.format);
    case OperandClass::kLmemExtended:
      return fpc::has_field(row.format, is_source ? Field::kSrcLmExt : Field::kDstLmExt);
    case OperandClass::kXfer:
    case OperandClass::kXferIndex:
    case OperandClass::kXferIndexUp:
    case OperandClass::kXferIndexDown:
    case OperandClass::kLmem:
    case OperandClass::kNeighbour:
      return !is_right_address;
    case OperandClass::kClasses:
      break;
  }
  return false;
}

std::vector<Op> multiplication(const InsnSpec& row) {
  constexpr fpc::Word kType = fpc::Word{3} << 31;
  std::vector<Op> steps = {Op::kMulStart};
  for (const InsnSpec& step : fpc::kInsnSpecs) {
    const bool same_type = ((step.match ^ row.match) & kType) == 0;
    if (step.format == Format::kMulStep && same_type && step.op != Op::kMulStart)
      steps.push_back(step.op);
  }
  return steps;
}

bool is_fatal(const Bin& bin) {
  switch (bin.group) {
    case Group::kRefused:
    case Group::kFault:
    case Group::kBroken:
    case Group::kRegister:  // most are not modelled
      return true;
    case Group::kHazard:
      return bin.detail == number(Hazard::kKilled);
    default:
      return false;
  }
}

std::string to_string(const Bin& bin) {
  constexpr const char* kNames[] = {"left",    "right",   "destination", "flags",    "branch",
                                    "shift",   "product", "command",     "register", "hazard",
                                    "refused", "fault",   "broken"};
  return fmt::format("{} {} {}", kNames[number(bin.group)], fpc::spec(bin.op).name, bin.detail);
}

std::set<Bin> defined_bins() {
  std::set<Bin> bins;
  for (const InsnSpec& row : fpc::kInsnSpecs) {
    if (row.semantics == fpc::Semantics::kNone) {
      define_illegal(row, Illegal::kRow, bins);
      continue;
    }
    define_operands(row, bins);
    define_flags(row, bins);
    define_branches(row, bins);
    define_shifts(row, bins);
    if (row.has(flag::kReadsProduct)) bins.insert({Group::kProduct, row.op, 0});
    define_commands(row, bins);
    define_registers(row, bins);
    define_faults(row, bins);
  }
  for (uint8_t n = 0; n < number(Hazard::kHazards); ++n) bins.insert({Group::kHazard, kAnyRow, n});
  for (uint8_t n = 0; n < number(Broken::kBrokens); ++n) bins.insert({Group::kBroken, kAnyRow, n});
  return bins;
}

}  // namespace rtl::test
