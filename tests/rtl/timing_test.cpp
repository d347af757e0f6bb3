// In steady state every clock cycle of the RTL is a word or a bubble: fetch hides what the cost rules do not count.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "fpc/assembler.h"
#include "fpc/code_store.h"
#include "fpc/ecc.h"
#include "rtl/rtl_core.h"

namespace rtl::test {
namespace {

constexpr uint64_t kFill = 4;  // before the first word

struct Count {
  uint64_t clocks = 0, cycles = 0, words = 0;
};

// Runs until `boundaries` swaps, or until the words end.
Count count(const std::string& text, uint8_t slots, unsigned boundaries) {
  const base::Result<fpc::Assembly> assembly = fpc::assemble(text);
  EXPECT_TRUE(assembly) << assembly.error().text();
  std::vector<fpc::Word> words;
  for (const fpc::Word word : assembly->words) words.push_back(fpc::with_ecc(word));
  const base::Result<fpc::CodeStore> code = fpc::CodeStore::create(words);
  const std::unique_ptr<RtlCore> core = make_core();
  core->set_code(*code);
  core->reset(0, slots, 1, 0);
  Count total;
  const uint64_t before = core->clock_cycles();
  for (unsigned i = 0; i < boundaries; ++i) {
    const fpc::Step step = core->run(total.cycles, 100'000);
    total.cycles += step.cycles;
    total.words += step.instructions;
    if (step.reason == fpc::StopReason::kFault) break;
  }
  total.clocks = core->clock_cycles() - before;
  return total;
}

TEST(RtlTiming, StraightCodeIsOneWordACycle) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "alu[gprA_0, gprA_0, +, 0x1]\n";
  const Count total = count(text, 1, 1);
  EXPECT_EQ(total.words, 100u);
  EXPECT_EQ(total.cycles, 100u);
  EXPECT_LE(total.clocks, total.cycles + 1 + kFill);  // one more for the fault at the end
}

// Each branch skips one word; taken with 0 to 3 filled slots.
TEST(RtlTiming, BubblesOfTakenBranchesHideTheFetch) {
  for (unsigned slots = 0; slots < 4; ++slots) {
    std::string text;
    for (unsigned block = 0; block < 20; ++block) {
      const std::string label = "block" + std::to_string(block);
      text += "br[" + label + "]";
      text += slots != 0 ? ", defer[" + std::to_string(slots) + "]\n" : "\n";
      for (unsigned i = 0; i < slots + 1; ++i) text += "nop\n";
      text += label + ":\n";
    }
    const Count total = count(text, 1, 1);
    EXPECT_EQ(total.words, 20u * (1 + slots));
    EXPECT_EQ(total.cycles, 20u * std::max(3u, 1 + slots));
    EXPECT_LE(total.clocks, total.cycles + 1 + kFill) << slots;
  }
}

TEST(RtlTiming, BubblesOfSwapsHideTheFetch) {
  for (const char* arbitration :
       {"start: ctx_arb[voluntary]\nbr[start]\n", "start: ctx_arb[voluntary], br[start]\nnop\n"}) {
    const Count total = count(arbitration, 0b1111, 200);
    EXPECT_GE(total.cycles, 3u * 200);
    EXPECT_LE(total.clocks, total.cycles + kFill) << arbitration;
  }
}

}  // namespace
}  // namespace rtl::test
