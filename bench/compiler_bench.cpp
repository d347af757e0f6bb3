// Speed of the code generator: passes and lowering of the longest program that a kernel lets an unprivileged user load.
// SPDX-License-Identifier: Apache-2.0
//
// The bar of codegen/kernel is 50 ms; compile/kernel has verification in it as well.
#include <benchmark/benchmark.h>

#include <cstdlib>

#include "offload-compiler/codegen/lower.h"
#include "offload-compiler/compiler.h"
#include "offload-compiler/nfp/verify.h"
#include "offload-compiler/passes/passes.h"
#include "tests/compiler/programs.h"

namespace {

using namespace test;

constexpr size_t kInsns = 4096;
constexpr unsigned kWords =
    1u << 14;  // that branches reach: more than a card has, so that the program fits

// Rounds of packet loads, arithmetic, comparisons, stack accesses and packet stores; plain returns fill up the rest.
ebpf::Program program_of_4096() {
  Code body;
  for (int16_t round = 0; body.size() + 32 < kInsns; ++round) {
    const auto at = static_cast<int16_t>(round % 48);
    const Code part = {load(kBytes4, 5, 2, at),
                       alu64(BPF_XOR, 5, 0x1234 + round),
                       mov_reg(7, 5),
                       add(7, round),
                       op(BPF_JMP | BPF_JGT | BPF_K, 7, 0, 1, 100),
                       alu64(BPF_AND, 7, 0xff),
                       store(kBytes8, 10, static_cast<int16_t>(-8 - 8 * (round % 8)), 7),
                       alu64(BPF_LSH, 5, 3),
                       store(kBytes2, 2, static_cast<int16_t>(at + 8), 5)};
    body = body + part;
  }
  Code code = with_packet(64, body);
  // The jump over the body is a long way: its distance is counted again.
  while (code.size() < kInsns) code.insert(code.end() - 2, mov(0, 1));
  code[4].off = static_cast<int16_t>(code.size() - 7);
  return xdp(code);
}

struct Subject {
  ebpf::Program program = program_of_4096();
  firmware::Capability capability = offload::parse_target("nfp/full")->capability;

  Subject() {
    capability.max_words = kWords;
    if (program.insns.size() != kInsns) std::abort();
  }
};

void generate_code(benchmark::State& state) {
  const Subject subject;
  auto facts = offload::verify_for_card(subject.program, subject.capability);
  if (!facts) return state.SkipWithError(facts.error().message.c_str());
  size_t words = 0;
  for (auto _ : state) {
    offload::Plan plan = offload::make_plan(subject.program, *facts);
    offload::run_passes(plan);
    const auto lowered = offload::lower(plan, subject.capability);
    if (!lowered) return state.SkipWithError(lowered.error().message.c_str());
    words = lowered->words.size();
  }
  state.SetLabel("4,096 instructions to " + std::to_string(words) + " words");
}

void compile(benchmark::State& state) {
  const Subject subject;
  offload::Target target{subject.capability, offload::Codegen::kKernel, state.range(0) != 0};
  for (auto _ : state) {
    const auto image = offload::compile(subject.program, target);
    if (!image) return state.SkipWithError(image.error().message.c_str());
    benchmark::DoNotOptimize(image->words.data());
  }
  state.SetLabel(target.fix_defects ? "verification included, defects fixed"
                                    : "verification included");
}

BENCHMARK(generate_code)->Name("codegen/kernel")->Unit(benchmark::kMillisecond);
BENCHMARK(compile)->Name("compile/kernel")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
