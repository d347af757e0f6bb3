// Control-store words to micro-operations: ECC, decoding, and where each operand lives.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/code_store.h"

#include <fmt/format.h>

#include <cassert>
#include <utility>

#include "fpc/ecc.h"
#include "fpc/interpreter_handlers.h"
#include "fpc/isa.h"
#include "fpc/semantics.h"
#include "fpc/word_cost.h"

namespace fpc {
namespace {

constexpr Word kStoredBits = (Word{1} << kStoredWordBits) - 1;

enum class Side { kRead, kWrite };

constexpr Place slot_place(size_t offset) { return static_cast<Place>(offset); }
constexpr Place state_place(size_t offset, unsigned number) {
  return static_cast<Place>(offsetof(Slot, state) + offset + number * sizeof(uint32_t));
}
constexpr Place kZeroPlace = slot_place(offsetof(Slot, zero));
constexpr Place kSinkPlace = slot_place(offsetof(Slot, sink));
static_assert(sizeof(Slot) < kXferIndexPlace, "offsets stay below the computed places");

constexpr bool is_computed(Place place) { return place >= kXferIndexPlace; }

constexpr Place gpr_place(Bank bank, unsigned number) {
  return state_place(bank == Bank::kA ? offsetof(ContextState, a) : offsetof(ContextState, b),
                     number);
}

Place xfer_place(Side side, unsigned number) {
  return state_place(
      side == Side::kRead ? offsetof(ContextState, xfer_in) : offsetof(ContextState, xfer_out),
      number);
}

constexpr bool is_next_neighbour(const Operand& operand) {
  return operand.kind == OperandKind::kNn || operand.kind == OperandKind::kNnIndex;
}

// `none_bank`: a source written "--" is encoded as register 0 of its field's bank.
Place place_of(const Operand& operand, Side side, Bank none_bank = Bank::kA) {
  const auto post = static_cast<unsigned>(operand.post);
  switch (operand.kind) {
    case OperandKind::kNone:
      return side == Side::kRead ? gpr_place(none_bank, 0) : kSinkPlace;
    case OperandKind::kGpr:
      return gpr_place(operand.bank, operand.value);
    case OperandKind::kXfer:
      return xfer_place(side, operand.value);
    case OperandKind::kImm:
      return kZeroPlace;
    case OperandKind::kLmem:
      return static_cast<Place>(kLmPlace | post << 6 | operand.lm_index << 4 | operand.value);
    case OperandKind::kGprAbs:
      return static_cast<Place>(kAbsolutePlace | (operand.bank == Bank::kB ? 0x80 : 0) |
                                operand.value);
    case OperandKind::kXferIndex:
      return static_cast<Place>(kXferIndexPlace | post << 1 | (side == Side::kWrite ? 1 : 0));
    case OperandKind::kNn:
    case OperandKind::kNnIndex:
      break;
  }
  assert(false && "next-neighbour registers are not modelled");
  return kZeroPlace;
}

Place mirror_of(const Insn& insn) {
  if (!insn.wr_both || insn.dst.kind != OperandKind::kGpr) return kSinkPlace;
  return gpr_place(insn.dst.bank == Bank::kA ? Bank::kB : Bank::kA, insn.dst.value);
}

uint8_t constant_of(const Operand& operand) {
  return operand.kind == OperandKind::kImm ? static_cast<uint8_t>(operand.value) : uint8_t{0};
}

void place_sources(const Insn& insn, MicroOp& op) {
  op.a = place_of(insn.a, Side::kRead, insn.swap ? Bank::kB : Bank::kA);
  op.b = place_of(insn.b, Side::kRead, insn.swap ? Bank::kA : Bank::kB);
  op.a_imm = constant_of(insn.a);
  op.b_imm = constant_of(insn.b);
}

void place_destination(const Insn& insn, MicroOp& op) {
  op.dst = place_of(insn.dst, Side::kWrite);
  op.mirror = mirror_of(insn);
}

// immed and ld_field merge into the old value of their destination; nothing to read where there is
// none.
void place_old_value(const Insn& insn, MicroOp& op) {
  op.a = insn.dst.kind == OperandKind::kNone ? kZeroPlace : place_of(insn.dst, Side::kRead);
}

void place_shift(const Insn& insn, MicroOp& op) {
  op.value = static_cast<uint32_t>(insn.shift_control);
  const bool is_indirect = insn.shift == 0 && insn.shift_control != ShiftControl::kRotate;
  op.shift = is_indirect ? kIndirectShift : insn.shift;
}

void place_immediate(const Insn& insn, MicroOp& op) {
  const unsigned shift_bits = 8u * insn.imm_shift;
  op.value = semantics::immediate(insn.immediate, insn.imm_shift, insn.imm_invert);
  switch (insn.imm_width) {
    case ImmWidth::kAll:
      op.lanes = ~uint32_t{0};
      return;
    case ImmWidth::kByte:
      op.lanes = uint32_t{0xff} << shift_bits;
      break;
    case ImmWidth::kHalf:
      op.lanes = uint32_t{0xffff} << shift_bits;
      break;
  }
  place_old_value(insn, op);
}

void place_by_format(const Insn& insn, MicroOp& op) {
  op.a = op.b = kZeroPlace;
  op.dst = op.mirror = kSinkPlace;
  switch (spec(insn.op).format) {
    case Format::kShf:
    case Format::kShfFixed:
      place_shift(insn, op);
      [[fallthrough]];
    case Format::kAlu:
      place_sources(insn, op);
      place_destination(insn, op);
      break;
    case Format::kLdField:
      place_shift(insn, op);
      place_sources(insn, op);
      place_destination(insn, op);
      place_old_value(insn, op);
      op.lanes = semantics::byte_lanes(insn.byte_mask);
      break;
    case Format::kImmed:
      place_destination(insn, op);
      place_immediate(insn, op);
      break;
    case Format::kMulLast:
      place_destination(insn, op);
      break;
    case Format::kBrBit:
      place_sources(insn, op);
      op.lanes = uint32_t{1} << insn.bit;
      break;
    case Format::kBrByte:
      place_sources(insn, op);
      op.lanes = semantics::byte_lanes(1u << insn.byte);
      op.value = uint32_t{insn.b.value} << (8 * insn.byte);
      break;
    case Format::kJump:
      place_sources(insn, op);
      op.value = insn.immediate;
      break;
    case Format::kMulStep:
    case Format::kCsrWrite:
    case Format::kMem:
      place_sources(insn, op);
      break;
    default:
      break;  // no operands, or no semantics
  }
}

uint8_t traits_of(const Insn& insn) {
  const InsnSpec& row = spec(insn.op);
  assert((row.fresh == row.taken || row.fresh == row.taken + 1) &&
         "trait::kPaysFresh is one cycle");
  unsigned traits = 0;
  if (sets_flags(insn)) traits |= trait::kSetsFlags;
  if (row.has(flag::kSetsPrevA)) traits |= trait::kPublishesA;
  if (row.has(flag::kReadsCsr)) traits |= trait::kFeedsImmed;
  if (insn.no_cc) traits |= trait::kKeepsFlags;
  if (insn.clear) traits |= trait::kClears;
  if (row.fresh > row.taken) traits |= trait::kPaysFresh;
  if (insn.sense) traits |= trait::kSense;
  for (const Operand& operand : {insn.dst, insn.a, insn.b}) {
    if (operand.post != PostModify::kNone) traits |= trait::kPostModifies;
  }
  return static_cast<uint8_t>(traits);
}

Handlers handlers_of(const Insn& insn, MicroOp& op) {
  const InsnSpec& row = spec(insn.op);
  const bool names_neighbour =
      is_next_neighbour(insn.dst) || is_next_neighbour(insn.a) || is_next_neighbour(insn.b);
  if (row.semantics == Semantics::kNone || insn.predicate_cc || names_neighbour) return {};
  place_by_format(insn, op);
  if (row.has(flag::kCommand)) return command_handlers(insn.op);
  if (row.has(flag::kBranch | flag::kSwaps)) return branch_handlers(insn.op);
  if (row.has(flag::kReadsCsr | flag::kWritesCsr)) return csr_handlers(insn, op.value);
  return alu_handlers(insn.op);
}

MicroOp resolve(const Insn& insn) {
  MicroOp op;
  const Handlers handlers = handlers_of(insn, op);
  if (handlers.plain == nullptr) return {.run = run_illegal};
  const bool computed = is_computed(op.a) || is_computed(op.b) || is_computed(op.dst);
  op.run = computed ? handlers.computed : handlers.plain;
  op.target = insn.target;
  op.defer = insn.defer;
  op.taken_cycles = spec(insn.op).taken;
  op.traits = traits_of(insn);
  return op;
}

void load_word(Word stored, CodeStore::Decoded& to) {
  Insn insn;
  MicroOp op{.run = run_illegal};
  const std::optional<Word> word = correct_ecc(stored & kStoredBits);
  if (!word) {
    op.run = run_ecc_error;
  } else if ((stored & ~kStoredBits) == 0) {
    if (with_ecc(*word) != stored) ++to.corrected;
    if (const base::Result<Insn> decoded = decode(*word)) {
      insn = *decoded;
      op = resolve(insn);
    }
  }
  to.words.push_back(stored);
  to.insns.push_back(insn);
  to.ops.push_back(op);
}

}  // namespace

base::Result<CodeStore> CodeStore::create(std::span<const Word> words) {
  if (words.size() > kStoreWords) {
    return base::out_of_range(
        fmt::format("{} words, a control store holds {}", words.size(), kStoreWords));
  }
  auto decoded = std::make_unique<Decoded>();
  decoded->words.reserve(words.size());
  decoded->insns.reserve(words.size());
  decoded->ops.reserve(words.size() + 1);
  for (const Word word : words) load_word(word, *decoded);
  decoded->ops.push_back({.run = run_past_end});
  return CodeStore(std::move(decoded));
}

CodeStore CodeStore::flipped(unsigned address, Word bits) const {
  std::vector<Word> words = decoded_->words;
  words[address] ^= bits;
  base::Result<CodeStore> copy = create(words);
  assert(copy && "no longer than this one");
  copy->limit_translation(decoded_->translation_bytes);
  return std::move(*copy);
}

CodeStore::CodeStore(std::unique_ptr<Decoded> decoded) : decoded_(std::move(decoded)) {}
CodeStore::~CodeStore() = default;
CodeStore::CodeStore(CodeStore&&) noexcept = default;
CodeStore& CodeStore::operator=(CodeStore&&) noexcept = default;

unsigned CodeStore::size() const { return static_cast<unsigned>(decoded_->words.size()); }
Word CodeStore::word(unsigned address) const {
  assert(address < size() && "address outside the store");
  return decoded_->words[address];
}
unsigned CodeStore::corrected_words() const { return decoded_->corrected; }
void CodeStore::limit_translation(size_t bytes) { decoded_->translation_bytes = bytes; }

}  // namespace fpc
