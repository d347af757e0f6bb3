// The translating engine's own promises: it shares translations, forgets them on reload, and is the interpreter where it must be.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/jit/jit.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "fpc/assembler.h"
#include "fpc/code_store.h"
#include "fpc/ecc.h"
#include "fpc/engine.h"
#include "fpc/jit/trace.h"
#include "fpc/jit/translation.h"

namespace fpc {
namespace {

CodeStore store_of(const std::string& text) {
  const base::Result<Assembly> assembly = assemble(text);
  EXPECT_TRUE(assembly) << (assembly ? "" : assembly.error().text());
  std::vector<Word> words;
  for (const Word word : assembly->words) words.push_back(with_ecc(word));
  return *CodeStore::create(words);
}

TEST(Jit, CoresOfOneStoreShareItsTranslation) {
  const CodeStore code = store_of("alu[gprA_0, gprA_0, +, 0x1]\nbr[.0]\n");
  Jit first, second;
  first.set_code(code);
  const auto* shared = code.decoded().translation.get();
  second.set_code(code);
  EXPECT_EQ(code.decoded().translation.get(), shared);
  ASSERT_NE(shared, nullptr);
  first.reset(0, 1, 1, 0);
  first.run(0, 100);
  const size_t bytes = shared->code_bytes();
  EXPECT_GT(bytes, 0u);
  second.reset(0, 1, 1, 0);
  second.run(0, 100);
  EXPECT_EQ(shared->code_bytes(), bytes);
}

TEST(Jit, ReloadRunsTheNewWords) {
  const CodeStore one = store_of("alu[gprA_0, gprA_0, +, 0x1]\nctx_arb[kill]\n");
  const CodeStore ten = store_of("alu[gprA_0, gprA_0, +, 0xa]\nctx_arb[kill]\n");
  Jit core;
  for (const auto& [code, sum] : {std::pair{&one, 1u}, {&ten, 10u}, {&one, 1u}}) {
    core.set_code(*code);
    core.reset(0, 1, 1, 0);
    core.run(0, 100);
    EXPECT_EQ(core.context(0).a[0], sum);
  }
}

// A hundred branches, all of them taken.
constexpr unsigned kPlaces = 100;
std::string jumping_program() {
  std::string text;
  for (unsigned i = 0; i < kPlaces; ++i) {
    text += "alu[gprA_0, gprA_0, +, 0x1]\nalu[--, gprA_0, -, 0x0]\nbne[." +
            std::to_string(3 * i + 3) + "]\n";
  }
  return text + "ctx_arb[kill]\n";
}

TEST(Jit, InterpretsAndCountsWhatNoMemoryIsLeftFor) {
  unsigned most = ~0u;
  for (const size_t bytes : {size_t{0}, size_t{1}, size_t{500}, size_t{5000}}) {
    CodeStore code = store_of(jumping_program());
    code.limit_translation(bytes);
    Jit core;
    core.set_code(code);
    core.reset(0, 1, 1, 0);
    const Step step = core.run(0, 10'000);
    EXPECT_EQ(step.instructions, 3 * kPlaces + 1) << bytes;
    EXPECT_EQ(core.context(0).a[0], kPlaces) << bytes;
    EXPECT_LE(code.decoded().translation->code_bytes(), bytes);
    EXPECT_GT(code.untranslated(), 0u) << bytes;
    EXPECT_LE(code.untranslated(), most) << bytes;
    most = code.untranslated();
  }
}

TEST(Jit, CountsNothingWhereThereIsRoom) {
  const CodeStore code = store_of(jumping_program());
  Jit core;
  core.set_code(code);
  core.reset(0, 1, 1, 0);
  EXPECT_EQ(core.run(0, 10'000).instructions, 3 * kPlaces + 1);
  EXPECT_EQ(code.untranslated(), 0u);
}

// Every mapping of translated code is either writable or executable.
TEST(Jit, NoMemoryIsWritableAndExecutable) {
  const CodeStore code = store_of("alu[gprA_0, gprA_0, +, 0x1]\nbr[.0]\n");
  Jit core;
  core.set_code(code);
  core.reset(0, 1, 1, 0);
  core.run(0, 100);
  std::ifstream maps("/proc/self/maps");
  unsigned executable = 0;
  for (std::string line; std::getline(maps, line);) {
    const std::string rights = line.substr(line.find(' ') + 1, 4);
    executable += rights[2] == 'x' ? 1 : 0;
    EXPECT_FALSE(rights[1] == 'w' && rights[2] == 'x') << line;
  }
  EXPECT_GT(executable, 0u);
}

TEST(Trace, FollowsTheStraightPathToTheCommand) {
  const CodeStore code = store_of(
      "alu[--, gprA_0, -, 0x1]\n"
      "beq[.6]\n"
      "br[.4]\n"
      "nop\n"
      "mem[read32_swap, $xfer_0, gprA_4, 0xc, 1], ctx_swap[sig1], defer[1]\n"
      "alu[gprA_1, gprA_1, +, 0x1]\n"
      "nop\n");
  const jit::Trace trace = jit::select_trace(code.decoded(), 0);
  std::vector<unsigned> addresses;
  for (const jit::Item& item : trace.items) addresses.push_back(item.address);
  EXPECT_EQ(addresses, (std::vector<unsigned>{0, 1, 2, 4, 5}));
  EXPECT_EQ(trace.end, jit::End::kItem);
}

TEST(Trace, LeavesFaultsAndSignalsToTheInterpreter) {
  for (const char* text :
       {"br_signal[1, .0]\n", "ctx_arb[voluntary]\n", "local_csr_rd[PseudoRndNum]\n"}) {
    const CodeStore code = store_of(text);
    EXPECT_TRUE(jit::select_trace(code.decoded(), 0).items.empty()) << text;
  }
}

TEST(Engine, HasAName) {
  EXPECT_EQ(find_engine("interp"), Engine::kInterpreter);
  EXPECT_EQ(find_engine("jit"), Engine::kJit);
  EXPECT_FALSE(find_engine("rtl"));
  EXPECT_EQ(effective_name(Engine::kInterpreter), "interp");
  EXPECT_EQ(effective_name(Engine::kJit), Jit::is_available() ? "jit" : "interp");
}

}  // namespace
}  // namespace fpc
