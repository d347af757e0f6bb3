// Random words and states.
// SPDX-License-Identifier: Apache-2.0
#include "tests/fpc/random_words.h"

#include <span>

#include "fpc/ecc.h"
#include "fpc/isa.h"

namespace fpc::test {
namespace {

// Wild words fault at once; these keep a program going without losing any form: every choice still occurs.
void tame(Insn& insn, unsigned program_words, std::mt19937_64& random) {
  constexpr AddressMode kModes[] = {AddressMode::kAShift8PlusB, AddressMode::kBShift8PlusA,
                                    AddressMode::kAPlusB};
  const bool stay_wild = random() % 64 == 0;
  if (stay_wild) return;
  insn.predicate_cc = false;
  insn.address_mode = kModes[random() % 3];
  insn.indirect_ref = insn.indirect_ref && random() % 8 == 0;
  insn.count = insn.count & 4;
  insn.xfer = insn.xfer % 32;
  if (insn.signal == 0 && spec(insn.op).has(flag::kCommand)) insn.signal = 1;
  if (random() % 8 != 0) insn.defer = 0;
  if (random() % 8 != 0 && insn.swap_mode != CommandSwap::kNoSwap)
    insn.swap_mode = CommandSwap::kSwap;
  if (spec(insn.op).has(flag::kReadsCsr | flag::kWritesCsr))
    insn.csr = kCsrs[random() % std::size(kCsrs)].address;
  if (insn.target >= program_words)
    insn.target = static_cast<uint16_t>(insn.target % program_words);
  for (Operand* operand : {&insn.dst, &insn.a, &insn.b}) {
    if (operand->kind == OperandKind::kLmem && random() % 8 != 0) operand->value = 0;
    const bool is_neighbour =
        operand->kind == OperandKind::kNn || operand->kind == OperandKind::kNnIndex;
    if (is_neighbour) *operand = none();
  }
}

}  // namespace

Word random_word(unsigned program_words, std::mt19937_64& random) {
  constexpr unsigned kFormatCount = sizeof(fpc::kFormats) / sizeof(fpc::kFormats[0]);
  for (;;) {
    const auto format = static_cast<Format>(random() % kFormatCount);
    const InsnSpec& row = kInsnSpecs[random() % kOpCount];
    if (row.format != format || row.semantics == Semantics::kNone) continue;
    if (row.has(flag::kTakesData) && random() % 16 != 0) continue;  // faults without an override
    base::Result<Insn> insn = decode((random() & kInsnMask & ~row.mask) | row.match);
    if (!insn || insn->op != row.op) continue;
    tame(*insn, program_words, random);
    if (const base::Result<Word> word = encode(*insn)) return *word;
  }
}

namespace {

// Appends what keeps a program going.
class Program {
 public:
  Program(unsigned words, std::mt19937_64& random) : size_(words), random_(random) {}

  std::vector<Word> run() {
    while (words_.size() + 2 < size_) append_something();
    append(*encode(yield()));
    while (words_.size() < size_) append(*encode(branch_to(0)));
    return words_;
  }

 private:
  unsigned below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }
  void append(Word word) { words_.push_back(with_ecc(word)); }

  static Insn branch_to(unsigned target) {
    Insn insn;
    insn.op = Op::kBr;
    insn.target = static_cast<uint16_t>(target);
    return insn;
  }
  static Insn yield() {
    Insn insn;
    insn.op = Op::kCtxArb;
    insn.event_mask = 1;
    return insn;
  }

  void append_something() {
    const unsigned choice = below(100);
    if (choice < 70) return append_computing(true);
    if (choice < 82) return append_branch();
    if (choice < 87) return append_command();
    if (choice < 91) return append_multiplication();
    if (choice < 94) return append_index_write();
    if (choice < 95) return append_index_read();
    if (choice < 97) return append_jump();
    if (choice < 98) return append(*encode(yield()));
    append(random_word(size_, random_));
  }

  template <typename Accept>
  Word word_where(const Accept& accept) {
    for (;;) {
      const InsnSpec& row = kInsnSpecs[below(kOpCount)];
      if (row.semantics == Semantics::kNone) continue;
      base::Result<Insn> insn = decode((random_() & kInsnMask & ~row.mask) | row.match);
      if (!insn || insn->op != row.op || !accept(row)) continue;
      tame(*insn, size_, random_);
      insn->predicate_cc = false;
      settle(*insn);
      if (row.has(flag::kBranch) && words_.size() + 2 < size_) {
        insn->target = static_cast<uint16_t>(
            words_.size() + 1 + below(size_ - static_cast<unsigned>(words_.size()) - 1));
        insn->defer = static_cast<uint8_t>(below(4) == 0 ? below(4) : 0);
      }
      const base::Result<Word> word = encode(*insn);
      if (!word) continue;
      publishes_ = row.has(flag::kSetsPrevA);
      defer_ = insn->defer;
      return *word;
    }
  }

  // Operands that exist, shifts whose amount is there.
  void settle(Insn& insn) {
    for (Operand* operand : {&insn.dst, &insn.a, &insn.b}) {
      const bool is_far =
          operand->kind == OperandKind::kGprAbs || operand->kind == OperandKind::kXferIndex;
      const bool is_lm = operand->kind == OperandKind::kLmem;
      if (is_far || (is_lm && (!may_touch_lm_ || below(3) == 0)))
        *operand = below(2) == 0 ? gpr_a(below(kRelativeGprs)) : gpr_b(below(kRelativeGprs));
    }
    const bool is_indirect = insn.shift == 0 && insn.shift_control != ShiftControl::kRotate;
    if (is_indirect && !publishes_) insn.shift = static_cast<uint8_t>(1 + below(31));
  }

  static bool computes(const InsnSpec& row) {
    switch (row.format) {
      case Format::kAlu:
      case Format::kShf:
      case Format::kShfFixed:
      case Format::kLdField:
      case Format::kImmed:
        return true;
      default:
        return false;
    }
  }

  void append_computing(bool may_touch_lm) {
    may_touch_lm_ = may_touch_lm && safe_in_ == 0;
    append(word_where(computes));
    if (safe_in_ > 0) --safe_in_;
  }

  void append_branch() {
    append(word_where([](const InsnSpec& row) {
      return row.has(flag::kConditional) && !row.has(flag::kReadsState);
    }));
    publishes_ = false;
    for (unsigned slots = defer_; slots > 0; --slots) append_computing(below(2) == 0);
  }

  void append_command() {
    append(word_where([](const InsnSpec& row) {
      return row.format == Format::kMem && !row.has(flag::kTakesData);
    }));
    publishes_ = false;
  }

  void append_multiplication() {
    constexpr Op kSteps[] = {Op::kMulStart,      Op::kMul32x32Step1, Op::kMul32x32Step2,
                             Op::kMul32x32Step3, Op::kMul32x32Step4, Op::kMul32x32Last,
                             Op::kMul32x32Last2};
    constexpr Op kHalf[] = {Op::kMulStart, Op::kMul16x16Step1, Op::kMul16x16Step2,
                            Op::kMul16x16Last, Op::kMul16x16Last2};
    constexpr Op kByte[] = {Op::kMulStart, Op::kMul24x8Step1, Op::kMul24x8Last, Op::kMul24x8Last2};
    const std::span<const Op> kinds[] = {kSteps, kHalf, kByte};
    const std::span<const Op> steps = kinds[below(3)];
    Insn insn;
    insn.a = gpr_a(below(kRelativeGprs));
    insn.b = gpr_b(below(kRelativeGprs));
    for (const Op op : steps) {
      Insn step = insn;
      step.op = op;
      if (spec(op).format == Format::kMulLast) {
        if (below(8) == 0) continue;
        step.a = step.b = none();
        step.dst = gpr_a(below(kRelativeGprs));
        step.wr_both = below(2) == 0;
      }
      append(*encode(step));
    }
    publishes_ = false;
  }

  void append_index_write() {
    constexpr Csr kIndices[] = {Csr::kActLmAddr0, Csr::kActLmAddr1, Csr::kActLmAddr2,
                                Csr::kActLmAddr3};
    Insn insn;
    if (below(2) == 0) {
      insn.op = Op::kImmed;
      insn.dst = gpr_a(below(kRelativeGprs));
      insn.immediate = static_cast<uint16_t>(below(64) * 64);
      append(*encode(insn));
    }
    Insn write;
    write.op = Op::kLocalCsrWr;
    write.a = insn.op == Op::kImmed ? insn.dst : imm(below(4) * 64);
    write.csr = static_cast<uint16_t>(kIndices[below(4)]);
    append(*encode(write));
    publishes_ = false;
    safe_in_ = below(8) == 0 ? 0 : 3;
  }

  void append_index_read() {
    Insn read;
    read.op = Op::kLocalCsrRd;
    read.csr = static_cast<uint16_t>(Csr::kActLmAddr0);
    Insn take;
    take.op = Op::kImmed;
    take.dst = gpr_b(below(kRelativeGprs));
    take.wr_both = below(2) == 0;
    append(*encode(read));
    append(*encode(take));
    publishes_ = false;
  }

  void append_jump() {
    Insn load;
    load.op = Op::kImmed;
    load.dst = gpr_a(below(kRelativeGprs));
    load.immediate = static_cast<uint16_t>(words_.size() + 2 + below(12));
    Insn jump;
    jump.op = Op::kJump;
    jump.a = load.dst;
    append(*encode(load));
    append(*encode(jump));
    publishes_ = false;
  }

  unsigned size_;
  std::mt19937_64& random_;
  std::vector<Word> words_;
  bool publishes_ = false;
  bool may_touch_lm_ = true;
  unsigned safe_in_ = 0;  // words until an index register shows what was written
  unsigned defer_ = 0;
};

}  // namespace

std::vector<Word> random_program(unsigned words, std::mt19937_64& random) {
  return Program(words, random).run();
}

void randomize(Core& core, unsigned program_words, std::mt19937_64& random) {
  for (unsigned s = 0; s < kSlots; ++s) {
    ContextState& context = core.context(s);
    for (unsigned n = 0; n < kRelativeGprs; ++n) {
      context.a[n] = static_cast<uint32_t>(random()) >> (random() % 32);
      context.b[n] = static_cast<uint32_t>(random()) >> (random() % 32);
    }
    for (uint32_t& address : context.lm_addr) {
      address = static_cast<uint32_t>(random() % 8 == 0 ? random() : random() % 64 * 64);
    }
    context.pc = static_cast<uint16_t>(random() % (program_words + 1));
  }
}

}  // namespace fpc::test
