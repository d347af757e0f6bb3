// Speed of both engines by kind of code, and of decoding a control store.
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "fpc/assembler.h"
#include "fpc/code_store.h"
#include "fpc/ecc.h"
#include "fpc/interpreter.h"
#include "fpc/jit/jit.h"
#include "fpc/jit/translation.h"

namespace {

using namespace fpc;

constexpr uint32_t kCycles = 1'000'000;  // of one run(), ended by the watchdog

std::vector<Word> assemble_loop(benchmark::State& state, const std::string& body) {
  const base::Result<Assembly> assembly = assemble(body + "br[.0]\n");
  if (!assembly) {
    state.SkipWithError(assembly.error().text().c_str());
    return {};
  }
  std::vector<Word> words;
  for (const Word word : assembly->words) words.push_back(with_ecc(word));
  return words;
}

// Items are retired instructions.
template <typename Engine>
void run_loop(benchmark::State& state, const std::string& body) {
  const base::Result<CodeStore> code = CodeStore::create(assemble_loop(state, body));
  if (!code || code->size() == 0) return;
  Engine core;
  core.set_code(*code);
  int64_t instructions = 0;
  for (auto _ : state) {
    core.reset(0, 1, 1, 0);
    core.context(0).a.fill(0x12345678);
    core.context(0).b.fill(7);
    instructions += core.run(0, kCycles).instructions;
    benchmark::DoNotOptimize(core.context(0).a[0]);
  }
  state.SetItemsProcessed(instructions);
}

std::string repeat(const std::string& text, unsigned times) {
  std::string all;
  for (unsigned i = 0; i < times; ++i) all += text;
  return all;
}

template <typename Engine>
void arithmetic(benchmark::State& state) {
  run_loop<Engine>(state, repeat("alu[gprA_0, gprA_1, +, gprB_2]\n"
                                 "alu[gprA_1, gprA_3, XOR, gprB_4], gpr_wrboth\n"
                                 "alu[gprB_2, gprA_0, -, 0x3]\n"
                                 "alu[gprA_3, gprA_1, +carry, gprB_2]\n"
                                 "alu_shf[gprA_4, gprA_1, OR, gprB_2, <<3]\n"
                                 "immed[gprB_5, 0x1234]\n",
                                 10));
}

template <typename Engine>
void branches(benchmark::State& state) {
  run_loop<Engine>(state,
                   "alu[gprA_0, gprA_0, -, 0x1]\n"
                   "bcs[.3]\n"
                   "nop\n"
                   "bne[.5], defer[1]\n"
                   "alu[gprA_1, gprA_1, +, 0x1]\n"
                   "br_bset[gprA_0, 0, .7]\n"
                   "alu[gprA_2, gprA_2, +, 0x1]\n");
}

template <typename Engine>
void local_memory(benchmark::State& state) {
  run_loop<Engine>(state, "local_csr_wr[ActLMAddr0, 0x40]\nnop\nnop\nnop\n" +
                              repeat("alu[gprA_0, --, B, *l$index0[3]]\n"
                                     "alu[*l$index0[4], gprA_0, +, gprB_1]\n"
                                     "ld_field[gprA_2, 0011, *l$index0[5], <<8]\n"
                                     "alu[*l$index0++, --, B, gprB_2]\n"
                                     "alu[*l$index0--, --, B, gprB_3]\n",
                                     10));
}

template <typename Engine>
void multiply(benchmark::State& state) {
  run_loop<Engine>(state, repeat("mul_step[gprA_6, gprB_21], start\n"
                                 "mul_step[gprA_6, gprB_21], 32x32_step1\n"
                                 "mul_step[gprA_6, gprB_21], 32x32_step2\n"
                                 "mul_step[gprA_6, gprB_21], 32x32_step3\n"
                                 "mul_step[gprA_6, gprB_21], 32x32_step4\n"
                                 "mul_step[gprA_8, --], 32x32_last, gpr_wrboth\n"
                                 "mul_step[gprA_9, --], 32x32_last2, gpr_wrboth\n",
                                 10));
}

// Items are words: ECC, decoding, placing of operands.
void decode_store(benchmark::State& state) {
  std::vector<Word> words =
      assemble_loop(state,
                    "alu[gprA_0, gprA_1, +, gprB_2]\nimmed[gprB_5, 0x1234]\nbeq[.0]\n"
                    "mem[read32_swap, $xfer_0, gprA_4, 0xc, 1], ctx_swap[sig1]\n");
  if (words.empty()) return;
  for (size_t i = 0; words.size() < kStoreWords; ++i) words.push_back(words[i]);
  for (auto _ : state) {
    const base::Result<CodeStore> code = CodeStore::create(words);
    benchmark::DoNotOptimize(code->size());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(words.size()));
}

// Items are words of the traces that begin at every word of straight code with branches out of it.
void translate(benchmark::State& state) {
  const base::Result<CodeStore> code =
      CodeStore::create(assemble_loop(state, repeat("alu[gprA_0, gprA_1, +, gprB_2]\n"
                                                    "alu[--, gprA_0, -, 0x7]\n"
                                                    "beq[.0]\n"
                                                    "ld_field[gprA_2, 0011, gprB_5, <<8]\n"
                                                    "immed[gprB_5, 0x1234], gpr_wrboth\n",
                                                    10)));
  if (!code || code->size() == 0) return;
  int64_t words = 0;
  for (auto _ : state) {
    const auto translation = jit::Translation::create(code->decoded());
    if (!translation) return state.SkipWithError("this host runs no translated code");
    for (unsigned at = 0; at < code->size(); ++at) {
      translation->has_trace(at);
      words += static_cast<int64_t>(code->size() - at);
    }
  }
  state.SetItemsProcessed(words);
}

BENCHMARK(arithmetic<Interpreter>)->Name("interpreter/arithmetic");
BENCHMARK(arithmetic<Jit>)->Name("jit/arithmetic");
BENCHMARK(branches<Interpreter>)->Name("interpreter/branches");
BENCHMARK(branches<Jit>)->Name("jit/branches");
BENCHMARK(local_memory<Interpreter>)->Name("interpreter/local_memory");
BENCHMARK(local_memory<Jit>)->Name("jit/local_memory");
BENCHMARK(multiply<Interpreter>)->Name("interpreter/multiply");
BENCHMARK(multiply<Jit>)->Name("jit/multiply");
BENCHMARK(decode_store)->Name("code_store/decode");
BENCHMARK(translate)->Name("jit/translate");

}  // namespace

BENCHMARK_MAIN();
