// What isa.def says, as constexpr tables: rows, formats, fields and control and status registers.
// SPDX-License-Identifier: Apache-2.0
//
//   spec(Op::kAluAdd).mnemonic            "+"
//   spec(Op::kBeq).flags & flag::kBranch  non-zero
//
// Cost columns, in cycles of the core (docs/isa.md says where they come from):
//   issue  any word; a branch that is not taken, a command that does not swap
//   taken  a taken branch, a word that gives up the core; filled defer slots included: n of them leave taken - 1 - n bubbles
//   fresh  a taken branch whose condition codes the word just before it has set
#pragma once

#include <array>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "fpc/insn.h"

namespace fpc {

// Formats and fields.
enum class Format : uint8_t {
#define FPC_FORMAT(name, ...) name,
#include "fpc/isa.def"
};

enum class Field : uint8_t {
  // Operands and what belongs to them.
  kA,
  kB,
  kDst,
  kSwap,
  kDstBank,
  kSrcLmExt,
  kDstLmExt,
  kImm8,
  // Fields that hold a member of Insn as it is.
  kNoCc,
  kWrBoth,
  kPredicateCc,
  kLoadCc,
  kClear,
  kByteMask,
  kImmWidth,
  kImmShift,
  kInvert,
  kDefer,
  kEvPip,
  kState,
  kByte,
  kSense,
  kEventMask,
  kArbFlags,
  kSwapMode,
  kAddressMode,
  kCount,
  kSignal,
  kIndirectRef,
  kToken,
  kAction,
  kShiftControl,
  // Fields that hold a part or a code of one.
  kShift,
  kImmHigh,
  kTargetLow,
  kTargetHigh,
  kCsr,
  kXferLow,
  kXferHigh,
  // Bits without a known meaning; Insn::reserved keeps them in place.
  kReserved,
};

struct FieldSpec {
  Format format;
  Field field;
  uint8_t lsb;
  uint8_t width;
  std::string_view name;  // of the enumerator

  constexpr Word mask() const { return ((Word{1} << width) - 1) << lsb; }
};

inline constexpr FieldSpec kFields[] = {
#define FPC_FIELD(format, field, lsb, width) {Format::format, Field::field, lsb, width, #field},
#include "fpc/isa.def"
};

struct FormatSpec {
  std::string_view name;
  std::string_view word;  // first word of the text; empty when the row's own word is it
  std::string_view text;
};

inline constexpr FormatSpec kFormats[] = {
#define FPC_FORMAT(name, word, text) {#name, word, text},
#include "fpc/isa.def"
};

// known: documented or measured. assumed: modelled by a documented choice. none: decodes, faults
// when executed.
enum class Semantics : uint8_t { kKnown, kAssumed, kNone };

namespace flag {
constexpr uint32_t kReadsA = 1u << 0;
constexpr uint32_t kReadsB = 1u << 1;  // dbl_shf, a kShfB, reads a too
constexpr uint32_t kReadsDst = 1u << 2;
constexpr uint32_t kReadsC = 1u << 3;
constexpr uint32_t kReadsCc = 1u << 4;
constexpr uint32_t kReadsState = 1u << 5;  // context number, signal or state input of Insn::state
constexpr uint32_t kReadsPrevR =
    1u << 6;  // indirect shifts and indirect_ref read PREV_A / PREV_R besides
constexpr uint32_t kReadsProduct = 1u << 7;
constexpr uint32_t kReadsCsr = 1u << 8;
constexpr uint32_t kReadsXfer = 1u << 9;   // transfer-out registers
constexpr uint32_t kTakesData = 1u << 10;  // 16 bits of the indirect_ref word
constexpr uint32_t kWritesDst = 1u << 11;
constexpr uint32_t kSetsNz = 1u << 12;
constexpr uint32_t kSetsCv = 1u << 13;
constexpr uint32_t kSetsPrevR = 1u << 14;
constexpr uint32_t kSetsPrevA = 1u << 15;
constexpr uint32_t kWritesCsr = 1u << 16;
constexpr uint32_t kWritesXfer = 1u << 17;  // transfer-in registers
constexpr uint32_t kBranch = 1u << 18;
constexpr uint32_t kConditional = 1u << 19;
constexpr uint32_t kCommand = 1u << 20;
constexpr uint32_t kSwaps = 1u << 21;  // gives up the core by itself
constexpr uint32_t kWide64 =
    1u << 22;  // bit 2 of the count means a 64-bit operand; the text says so
constexpr uint32_t kOwnWord = 1u << 23;  // the text has the row's word in place of the format's

constexpr uint32_t kReadsAB = kReadsA | kReadsB;
constexpr uint32_t kSetsNzcv = kSetsNz | kSetsCv;
constexpr uint32_t kSetsPrev = kSetsPrevR | kSetsPrevA;
constexpr uint32_t kResult = kWritesDst | kSetsPrev;
constexpr uint32_t kUnary = kReadsB | kResult | kSetsNz;
constexpr uint32_t kLogic = kReadsAB | kResult | kSetsNz;
constexpr uint32_t kSum = kReadsAB | kResult | kSetsNzcv;
constexpr uint32_t kSumCarry = kSum | kReadsC;
constexpr uint32_t kMerge = kReadsDst | kReadsB | kWritesDst | kSetsPrevR;
constexpr uint32_t kProduct = kReadsProduct | kWritesDst;
constexpr uint32_t kCcBranch = kBranch | kConditional | kReadsCc;
constexpr uint32_t kStateBranch = kBranch | kConditional | kReadsState;
constexpr uint32_t kOperandBranch = kBranch | kConditional | kReadsA;
constexpr uint32_t kLoad = kCommand | kWritesXfer;
constexpr uint32_t kStore = kCommand | kReadsXfer;
constexpr uint32_t kExchange = kLoad | kStore;
constexpr uint32_t kData = kCommand | kTakesData;
constexpr uint32_t kDataLoad = kData | kWritesXfer;
}  // namespace flag

struct InsnSpec {
  Op op;
  std::string_view name;      // of the enumerator
  std::string_view mnemonic;  // the instruction's word, or its operation within the format's word
  Format format;
  Word match;
  Word mask;
  uint8_t issue, taken, fresh;
  Semantics semantics;
  uint32_t flags;
  std::string_view meaning;  // in one line

  constexpr bool has(uint32_t any_of) const { return (flags & any_of) != 0; }
};

namespace isa_def {
using namespace flag;
inline constexpr InsnSpec kRows[] = {
#define FPC_INSN(name, mnemonic, format, match, mask, issue, taken, fresh, semantics, flags, \
                 meaning)                                                                    \
  {Op::name, #name, mnemonic, Format::format,       match, mask,                             \
   issue,    taken, fresh,    Semantics::semantics, flags, meaning},
#include "fpc/isa.def"
};
}  // namespace isa_def

inline constexpr auto& kInsnSpecs = isa_def::kRows;
inline constexpr unsigned kOpCount = sizeof(kInsnSpecs) / sizeof(kInsnSpecs[0]);

constexpr const InsnSpec& spec(Op op) { return kInsnSpecs[static_cast<unsigned>(op)]; }
constexpr const FormatSpec& spec(Format format) { return kFormats[static_cast<unsigned>(format)]; }

// Other words that the assembler takes for a row.
struct AliasSpec {
  std::string_view word;
  Op op;
};

inline constexpr AliasSpec kAliases[] = {
#define FPC_ALIAS(word, row) {word, Op::row},
#include "fpc/isa.def"
};

// Control and status registers by byte address.
enum class Csr : uint16_t {
#define FPC_CSR(name, text, address) name = address,
#include "fpc/isa.def"
};

struct CsrSpec {
  std::string_view text;
  uint16_t address;
};

inline constexpr CsrSpec kCsrs[] = {
#define FPC_CSR(name, text, address) {text, address},
#include "fpc/isa.def"
};

}  // namespace fpc
