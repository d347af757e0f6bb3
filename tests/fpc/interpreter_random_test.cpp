// Random words from random states: nothing crashes, hangs or depends on anything but its inputs.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <random>

#include "tests/fpc/interpreter_harness.h"
#include "tests/fpc/random_words.h"

namespace fpc::test {
namespace {

constexpr unsigned kPrograms = 500;
constexpr unsigned kWordsPerProgram = 200;

struct Trace {
  std::vector<uint64_t> events;
  uint64_t words = 0;
  bool operator==(const Trace&) const = default;
};

Trace trace_of(const std::vector<Word>& words, uint64_t seed) {
  std::mt19937_64 random(seed);
  Harness h(words, 0b1111);
  h.memory = ByteStore(64 * ByteStore::kPageBytes);
  randomize(h.core, kWordsPerProgram, random);
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
    for (unsigned i = 0; i < kWordsPerProgram; ++i)
      words.push_back(with_ecc(random_word(kWordsPerProgram, random)));
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
