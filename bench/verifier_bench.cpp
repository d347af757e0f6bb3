// Speed and memory of the verifier on programs that cost it most: loops, branches that never meet again, deep stacks.
// SPDX-License-Identifier: Apache-2.0
//
// items_per_second counts visited instructions; peak_MiB is the process's peak while the benchmark ran.
#include <benchmark/benchmark.h>

#include <fstream>
#include <string>

#include "offload-compiler/ebpf/verifier.h"
#include "tests/ebpf/asm.h"

namespace {

using namespace ebpf_test;

constexpr int32_t kRandom = 7;  // bpf_get_prandom_u32

Insn jump_ne(uint8_t dst, int32_t imm, int16_t off) { return op(0x55, dst, 0, off, imm); }

// One path of 600,000 instructions.
Code counted_loop() {
  return Code{mov(0, 0), mov(6, 0), add(0, 3), add(6, 1), jump_ne(6, 200'000, -3), exit_insn()};
}

// Each diamond adds a bit of its own to a packet offset, so that no two paths are alike: 2^20 of them reach the limit.
Code diverging_branches() {
  Code code = {load32(7, 1, 0), load32(8, 1, 4), mov(6, 0)};
  for (int bit = 0; bit < 20; ++bit) {
    code = code + call(kRandom) + jump_eq(0, bit, 1) + add(6, 1 << bit >> 8 | 1 << (bit % 8));
  }
  return code + Code{op(0x57, 6, 0, 0, 0xfff), op(0x0f, 7, 6, 0, 0), mov_reg(2, 7), add(2, 8),
                     jump_gt(2, 8, 1),         load64(0, 7, 0),      mov(0, 2),     exit_insn()};
}

// The same with all 512 bytes of stack holding spilled registers, which every kept state copies.
Code diverging_with_full_stack() {
  Code code;
  for (int16_t off = -512; off < 0; off = static_cast<int16_t>(off + 8)) {
    code = code + mov(9, off) + store64(10, off, 9);
  }
  Code rest = diverging_branches();
  for (int16_t off = -512; off < 0; off = static_cast<int16_t>(off + 8)) {
    rest.insert(rest.end() - 2, load64(3, 10, off));
  }
  return code + rest;
}

// Eight frames that share a full stack, the innermost in a loop that is too long: its iterations are all kept.
Code endless_loop_in_eight_frames() {
  Code code;
  for (int frame = 0; frame < 7; ++frame) {
    for (int16_t off = -64; off < 0; off = static_cast<int16_t>(off + 8)) {
      code = code + mov(9, off) + store64(10, off, 9);
    }
    code = code + call_local(1) + exit_insn();
  }
  return code + Code{mov(0, 0), mov(6, 0), add(6, 1), jump_ne(6, 0x7fffffff, -2), exit_insn()};
}

// Loads and checks as ordinary programs have them: branches that meet again, where pruning works.
Code meeting_branches() {
  Code code = {mov_reg(9, 1)};
  for (int i = 0; i < 3000; ++i) {
    code = code + Code{load32(7, 9, 0),     load32(8, 9, 4),      mov_reg(2, 7),
                       add(2, 14 + i % 50), jump_gt(2, 8, 3),     load64(3, 7, 0),
                       jump_eq(3, i, 1),    op(0x71, 4, 7, 8, 0), mov(0, 2)};
  }
  return code + exit_insn();
}

uint64_t peak_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmHWM:", 0) == 0) return std::stoull(line.substr(6));
  }
  return 0;
}

void verifier(benchmark::State& state, Code (*code)(), bool reaches_limit) {
  const ebpf::Program program = xdp(code());
  std::ofstream("/proc/self/clear_refs") << 5;  // the peak starts again
  uint64_t visits = 0;
  for (auto _ : state) {
    ebpf::VerifierOptions options;
    options.on_insn = [](const ebpf::Visit&) { return base::Result<void>(); };
    const auto verified = ebpf::verify(program, options);
    const bool spent = !verified && verified.error().code == base::ErrorCode::kOutOfRange;
    if (spent != reaches_limit || (!spent && !verified)) {
      return state.SkipWithError(verified ? "is accepted" : verified.error().message.c_str());
    }
    visits += verified ? verified->visits : options.max_visits;
  }
  state.SetItemsProcessed(static_cast<int64_t>(visits));
  state.counters["visits"] = static_cast<double>(visits) / static_cast<double>(state.iterations());
  state.counters["peak_MiB"] = static_cast<double>(peak_kib()) / 1024;
}

#define VERIFIER_BENCH(name, reaches_limit) \
  BENCHMARK_CAPTURE(verifier, name, name, reaches_limit)->Unit(benchmark::kMillisecond)
VERIFIER_BENCH(counted_loop, false);
VERIFIER_BENCH(meeting_branches, false);
VERIFIER_BENCH(diverging_branches, true);
VERIFIER_BENCH(diverging_with_full_stack, true);
VERIFIER_BENCH(endless_loop_in_eight_frames, true);
#undef VERIFIER_BENCH

}  // namespace

BENCHMARK_MAIN();
