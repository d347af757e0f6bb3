// Random words from random states: nothing crashes, hangs or depends on anything but its inputs.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <random>

#include "fpc/isa.h"
#include "tests/fpc/interpreter_harness.h"

namespace fpc::test {
namespace {

constexpr unsigned kPrograms = 500;
constexpr unsigned kWordsPerProgram = 200;

// Wild words fault at once; these keep a program going without losing any form: every choice still occurs.
void tame(Insn& insn, std::mt19937_64& random) {
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
  if (insn.target >= kWordsPerProgram)
    insn.target = static_cast<uint16_t>(insn.target % kWordsPerProgram);
  for (Operand* operand : {&insn.dst, &insn.a, &insn.b}) {
    if (operand->kind == OperandKind::kLmem && random() % 8 != 0) operand->value = 0;
    const bool is_neighbour =
        operand->kind == OperandKind::kNn || operand->kind == OperandKind::kNnIndex;
    if (is_neighbour) *operand = none();
  }
}

// A word with semantics and random fields, every format as likely as the next.
Word random_word(std::mt19937_64& random) {
  constexpr unsigned kFormatCount = sizeof(fpc::kFormats) / sizeof(fpc::kFormats[0]);
  for (;;) {
    const auto format = static_cast<Format>(random() % kFormatCount);
    const InsnSpec& row = kInsnSpecs[random() % kOpCount];
    if (row.format != format || row.semantics == Semantics::kNone) continue;
    if (row.has(flag::kTakesData) && random() % 16 != 0) continue;  // faults without an override
    base::Result<Insn> insn = decode((random() & kInsnMask & ~row.mask) | row.match);
    if (!insn || insn->op != row.op) continue;
    tame(*insn, random);
    if (const base::Result<Word> word = encode(*insn)) return *word;
  }
}

void randomize(Harness& h, std::mt19937_64& random) {
  for (unsigned s = 0; s < kSlots; ++s) {
    ContextState& context = h.core.context(s);
    for (unsigned n = 0; n < kRelativeGprs; ++n) {
      context.a[n] = static_cast<uint32_t>(random()) >> (random() % 32);
      context.b[n] = static_cast<uint32_t>(random()) >> (random() % 32);
    }
    for (uint32_t& address : context.lm_addr) {
      address = static_cast<uint32_t>(random() % 8 == 0 ? random() : random() % 64 * 64);
    }
    context.pc = static_cast<uint16_t>(random() % (kWordsPerProgram + 1));
  }
}

struct Trace {
  std::vector<uint64_t> events;
  uint64_t words = 0;
  bool operator==(const Trace&) const = default;
};

Trace trace_of(const std::vector<Word>& words, uint64_t seed) {
  std::mt19937_64 random(seed);
  Harness h(words, 0b1111);
  h.memory = ByteStore(64 * ByteStore::kPageBytes);
  randomize(h, random);
  Trace trace;
  for (unsigned i = 0; i < 400; ++i) {
    const Step step = h.run(2'000);
    trace.words += step.instructions;
    EXPECT_LE(step.cycles, 2'003u) << "a run ends at its budget, bubbles of the last word aside";
    trace.events.insert(trace.events.end(), {static_cast<uint64_t>(step.reason), step.slot,
                                             step.cycles, step.instructions});
    if (step.reason == StopReason::kCommand) {
      const MemoryCommand& command = h.core.command();
      if (perform(command, h.core.context(command.slot), h.memory)) {
        trace.events.push_back(command.address);
      }
      h.core.signal(command.slot, command.signal_mask());
    } else if (step.reason == StopReason::kIdle) {
      if (h.core.ready_slots() != 0) ADD_FAILURE() << "idle although a context is ready";
      h.core.signal(static_cast<unsigned>(random() % kSlots), static_cast<uint16_t>(random()));
    }
  }
  for (unsigned s = 0; s < kSlots; ++s) {
    const ContextState& context = h.core.context(s);
    trace.events.insert(trace.events.end(), context.a.begin(), context.a.end());
    trace.events.insert(trace.events.end(), context.xfer_in.begin(), context.xfer_in.end());
  }
  trace.events.insert(trace.events.end(), h.core.local_memory().begin(),
                      h.core.local_memory().end());
  return trace;
}

TEST(InterpreterRandom, WordsNeverCrashAndRunsRepeat) {
  std::mt19937_64 random(42);
  uint64_t executed = 0;
  for (unsigned program = 0; program < kPrograms; ++program) {
    std::vector<Word> words;
    for (unsigned i = 0; i < kWordsPerProgram; ++i) words.push_back(with_ecc(random_word(random)));
    const Trace trace = trace_of(words, program);
    ASSERT_EQ(trace, trace_of(words, program)) << "program " << program;
    executed += trace.words;
  }
  EXPECT_GT(executed, 100'000u) << "programs fault before they do anything";
}

TEST(InterpreterRandom, StoresOfNoiseAreHarmless) {
  std::mt19937_64 random(43);
  for (unsigned program = 0; program < 50; ++program) {
    std::vector<Word> words(kWordsPerProgram);
    for (Word& word : words) word = random() & (random() % 2 == 0 ? ~Word{0} : kInsnMask);
    trace_of(words, program);
  }
}

}  // namespace
}  // namespace fpc::test
