// A core with code given as text, for tests: registers by short names, commands performed on a byte store.
// SPDX-License-Identifier: Apache-2.0
//
//   Harness h("alu[gprA_0, gprA_1, +, gprB_2]");
//   h.a(1) = 5;
//   h.finish();               // runs until every context has run past the last word
//   EXPECT_EQ(h.a(0), 5u);
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fpc/assembler.h"
#include "fpc/code_store.h"
#include "fpc/ecc.h"
#include "fpc/interpreter.h"
#include "fpc/memory.h"

namespace fpc::test {

inline std::vector<Word> words_of(std::string_view text) {
  const base::Result<Assembly> assembly = assemble(text);
  EXPECT_TRUE(assembly.has_value()) << (assembly ? "" : assembly.error().text());
  std::vector<Word> words;
  if (!assembly) return words;
  for (const Word word : assembly->words) words.push_back(with_ecc(word));
  return words;
}

class Harness {
 public:
  explicit Harness(std::string_view text, uint8_t slot_mask = 1)
      : Harness(words_of(text), slot_mask) {}
  explicit Harness(const std::vector<Word>& words, uint8_t slot_mask = 1)
      : code_(*CodeStore::create(words)) {
    core.set_code(code_);
    core.reset(0, slot_mask, /*seed=*/1, /*number=*/0);
  }

  uint32_t& a(unsigned n, unsigned slot = 0) { return core.context(slot).a[n]; }
  uint32_t& b(unsigned n, unsigned slot = 0) { return core.context(slot).b[n]; }
  uint32_t& xfer_in(unsigned n, unsigned slot = 0) { return core.context(slot).xfer_in[n]; }
  uint32_t& xfer_out(unsigned n, unsigned slot = 0) { return core.context(slot).xfer_out[n]; }
  uint32_t& lm(unsigned word) { return core.local_memory()[word]; }
  uint32_t& lm_addr(unsigned n, unsigned slot = 0) { return core.context(slot).lm_addr[n]; }

  Step run(uint32_t budget = 100'000) {
    const Step step = core.run(cycles, budget);
    cycles += step.cycles;
    instructions += step.instructions;
    return step;
  }

  bool at_end() const {
    return core.fault().kind == FaultKind::kPcOutOfRange && core.fault().address == code_.size();
  }

  // Performs commands at once. Ends when no context is ready, or at the first fault that is not the end of the code.
  Fault finish() {
    for (unsigned i = 0; i < 100'000; ++i) {
      const Step step = run();
      if (step.reason == StopReason::kIdle) return {};
      if (step.reason == StopReason::kFault && !at_end()) return core.fault();
      if (step.reason == StopReason::kCommand) complete();
    }
    ADD_FAILURE() << "does not end";
    return {};
  }

  void complete() {
    const MemoryCommand command = core.command();
    EXPECT_TRUE(perform(command, core.context(command.slot), memory));
    core.signal(command.slot, command.signal_mask());
  }

 private:
  CodeStore code_;

 public:
  Interpreter core;
  ByteStore memory;
  uint64_t cycles = 0, instructions = 0;
};

}  // namespace fpc::test
