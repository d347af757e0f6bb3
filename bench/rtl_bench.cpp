// Speed of the verilated core, alone and in lockstep with the interpreter.
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "fpc/assembler.h"
#include "fpc/code_store.h"
#include "fpc/ecc.h"
#include "fpc/memory.h"
#include "rtl/lockstep.h"

namespace {

using fpc::StopReason;

constexpr uint64_t kCycles = 100'000;  // of one iteration

// A loop of each kind of work: sums, shifts, local memory, a branch and two commands to memory.
constexpr const char* kLoop = R"(
immed[gprA_8, 0x40]
local_csr_wr[ActLMAddr0, gprA_8]
immed[gprB_1, 0x10]
immed[gprA_2, 0x0]
nop
loop:
alu[gprA_0, gprA_0, +, gprB_1]
alu_shf[gprA_1, gprA_0, OR, gprB_1, <<3]
alu[*l$index0[3], gprA_1, AND, gprB_1]
alu_shf[gprA_3, --, B, gprB_1, <<4]
alu[gprA_4, gprA_3, -, *l$index0[3]]
alu[$xfer_0, --, B, gprA_4]
ld_field[gprB_5, 0110, gprA_4]
alu[gprB_1, gprB_5, +carry, 0x1], gpr_wrboth
bne[skip]
nop
skip:
mem[write32_swap, $xfer_0, gprA_2, gprB_2, 1], ctx_swap[sig1]
alu[gprA_6, $xfer_0, OR, gprB_1]
mem[read32_swap, $xfer_0, gprA_2, gprB_2, 1], ctx_swap[sig1]
br[loop]
)";

// Memory answers at once, so that the core is never idle.
template <typename Count>
void run_loop(benchmark::State& state, fpc::Core& core, const Count& count) {
  const base::Result<fpc::Assembly> assembly = fpc::assemble(kLoop);
  if (!assembly) return state.SkipWithError(assembly.error().text().c_str());
  std::vector<fpc::Word> words;
  for (const fpc::Word word : assembly->words) words.push_back(fpc::with_ecc(word));
  const base::Result<fpc::CodeStore> code = fpc::CodeStore::create(words);
  core.set_code(*code);
  core.reset(0, 0b1111, 1, 0);
  fpc::ByteStore memory;
  uint64_t now = 0, items = 0;
  for (auto _ : state) {
    const uint64_t end = now + kCycles, before = count();
    while (now < end) {
      const fpc::Step step = core.run(now, kCycles);
      if (step.reason != StopReason::kCommand) return state.SkipWithError("the loop has ended");
      now += step.cycles;
      const fpc::MemoryCommand command = core.command();
      if (!perform(command, core.context(command.slot), memory))
        return state.SkipWithError("memory refuses a command");
      core.signal(command.slot, command.signal_mask());
    }
    items += count() - before;
  }
  state.SetItemsProcessed(static_cast<int64_t>(items));
}

// Items are clock cycles.
void alone(benchmark::State& state) {
  const std::unique_ptr<rtl::RtlCore> core = rtl::make_core();
  run_loop(state, *core, [&] { return core->clock_cycles(); });
}

// Items are instructions that both have executed.
void in_lockstep(benchmark::State& state) {
  rtl::Lockstep core(rtl::make_core());
  run_loop(state, core, [&] { return core.words(); });
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (rtl::is_available()) {
    benchmark::RegisterBenchmark("rtl/alone", alone);
    benchmark::RegisterBenchmark("rtl/lockstep", in_lockstep);
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
