// Random words and states.
// SPDX-License-Identifier: Apache-2.0
#include "tests/fpc/random_words.h"

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
