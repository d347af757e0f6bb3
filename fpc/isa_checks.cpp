// What must hold for isa.def as a whole, checked when compiled.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/ecc.h"
#include "fpc/isa.h"

namespace fpc {
namespace {

// Fields of a format that cover no bit twice, or 0 if two of them do.
constexpr Word field_bits(Format format) {
  Word bits = 0;
  for (const FieldSpec& field : kFields) {
    if (field.format != format) continue;
    if (bits & field.mask()) return 0;
    bits |= field.mask();
  }
  return bits;
}

constexpr bool covers_the_word_once() {
  for (const InsnSpec& row : kInsnSpecs) {
    const Word fields = field_bits(row.format);
    if ((fields & row.mask) != 0 || (fields | row.mask) != kInsnMask) return false;
  }
  return true;
}

constexpr bool matches_lie_in_masks() {
  for (const InsnSpec& row : kInsnSpecs) {
    if (row.match & ~row.mask) return false;
  }
  return true;
}

// Two rows exclude each other, or the earlier one asks for all that the later one asks for, and
// more.
constexpr bool can_be_told_apart(const InsnSpec& earlier, const InsnSpec& later) {
  const Word both = earlier.mask & later.mask;
  if ((earlier.match ^ later.match) & both) return true;
  return both == later.mask && earlier.mask != later.mask;
}

constexpr bool rows_are_disjoint_in_order() {
  for (unsigned i = 0; i < kOpCount; ++i) {
    for (unsigned j = i + 1; j < kOpCount; ++j) {
      if (!can_be_told_apart(kInsnSpecs[i], kInsnSpecs[j])) return false;
    }
  }
  return true;
}

constexpr bool costs_make_sense() {
  for (const InsnSpec& row : kInsnSpecs) {
    const bool may_leave = row.has(flag::kBranch | flag::kSwaps | flag::kCommand);
    if (row.issue == 0 || row.taken > row.fresh || may_leave != (row.taken != 0)) return false;
  }
  return true;
}

// Rows of one format differ in their word, save where the shift control tells them apart.
constexpr bool words_are_unique() {
  for (const InsnSpec& row : kInsnSpecs) {
    for (const InsnSpec& other : kInsnSpecs) {
      if (row.op == other.op || row.format != other.format || row.mnemonic != other.mnemonic)
        continue;
      if (row.format != Format::kShfFixed) return false;
    }
  }
  return true;
}

constexpr bool every_format_has_a_row() {
  for (unsigned format = 0; format < std::size(kFormats); ++format) {
    bool used = false;
    for (const InsnSpec& row : kInsnSpecs) used |= static_cast<unsigned>(row.format) == format;
    if (!used) return false;
  }
  return true;
}

constexpr bool csrs_ascend() {
  for (unsigned i = 0; i < std::size(kCsrs); ++i) {
    if (kCsrs[i].address % 4 != 0 || (i > 0 && kCsrs[i - 1].address >= kCsrs[i].address))
      return false;
  }
  return true;
}

static_assert(covers_the_word_once(), "a row's fixed bits and fields leave a gap or overlap");
static_assert(matches_lie_in_masks(), "a row matches a bit outside its mask");
static_assert(rows_are_disjoint_in_order(),
              "two rows match the same word and neither is the special case");
static_assert(costs_make_sense(), "a cost is 0, or taken and fresh do not fit the row");
static_assert(words_are_unique(), "two rows of a format have the same word");
static_assert(every_format_has_a_row(), "a format without a row");
static_assert(csrs_ascend(), "control and status registers are not in ascending order");

}  // namespace
}  // namespace fpc
