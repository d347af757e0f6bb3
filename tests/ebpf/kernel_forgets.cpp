// The facts that newer kernels forget, and how each is said again.
// SPDX-License-Identifier: Apache-2.0
#include "tests/ebpf/kernel_forgets.h"

#include <linux/bpf.h>

#include "tests/ebpf/rewritten_program.h"

namespace ebpf_test {
namespace {

using ebpf::Insn;

constexpr uint8_t kMove64 = BPF_ALU64 | BPF_MOV | BPF_X, kMove32 = BPF_ALU | BPF_MOV | BPF_X;
constexpr uint8_t kAdd64 = BPF_ALU64 | BPF_ADD | BPF_K;

unsigned group_of(const Insn& insn) { return BPF_CLASS(insn.opcode); }

// A 32-bit quotient or remainder has no upper half: `wN = wN` says so.
ebpf::Program with_upper_halves_cleared(const ebpf::Program& program) {
  return rewritten(program, [&](size_t at) -> Sequence {
    const Insn& insn = program.insns[at];
    const unsigned op = BPF_OP(insn.opcode);
    if (group_of(insn) != BPF_ALU || (op != BPF_DIV && op != BPF_MOD)) return {};
    return {{insn}, {{kMove32, insn.dst, insn.dst, 0, 0}}};
  });
}

// The kernel remembers a sum as the distance from another register, later as an offset: the second addition ends that.
ebpf::Program with_sums_apart(const ebpf::Program& program) {
  return rewritten(program, [&](size_t at) -> Sequence {
    const Insn& insn = program.insns[at];
    if (group_of(insn) != BPF_ALU64 || BPF_OP(insn.opcode) != BPF_ADD) return {};
    return {{insn}, {{kAdd64, insn.dst, 0, 0, 0}}};
  });
}

// A sign-extending move is a shift up and down.
ebpf::Program with_sign_extension_by_shifts(const ebpf::Program& program) {
  return rewritten(program, [&](size_t at) -> Sequence {
    const Insn& insn = program.insns[at];
    const unsigned group = group_of(insn);
    if ((insn.opcode != kMove64 && insn.opcode != kMove32) || insn.off == 0) return {};
    const int32_t distance = (group == BPF_ALU64 ? 64 : 32) - insn.off;
    const auto shift = [&](unsigned op) {
      return Insn{static_cast<uint8_t>(group | op | BPF_K), insn.dst, 0, 0, distance};
    };
    return {{{insn.opcode, insn.dst, insn.src, 0, 0}}, {shift(BPF_LSH)}, {shift(BPF_ARSH)}};
  });
}

// A copy that the comparison does not touch: equal to it on both paths, the register is all that it was before.
Sequence with_copy_compared(const Insn& jump, size_t target, uint8_t copy) {
  constexpr uint8_t kGoto = BPF_JMP | BPF_JA, kIfEqual = BPF_JMP | BPF_JEQ | BPF_X;
  const Insn end[] = {{BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0}, {BPF_JMP | BPF_EXIT, 0, 0, 0, 0}};
  Insn taken = jump;
  taken.off = 1;
  return {{{kMove64, copy, jump.dst, 0, 0}},
          {{kAdd64, copy, 0, 0, 0}},  // not known as a copy any more: the first makes it a sum ...
          {{kAdd64, copy, 0, 0, 0}},  // ... the second a number
          {taken},
          {{kGoto, 0, 0, 3, 0}},
          {{kIfEqual, jump.dst, copy, 0, 0}, target},
          {end[0]},
          {end[1]},
          {{kIfEqual, jump.dst, copy, 2, 0}},
          {end[0]},
          {end[1]}};
}

ebpf::Program with_ranges_kept(const ebpf::Program& program, bool (*forgets)(const Insn& jump)) {
  const std::vector<uint32_t> live = live_registers(program);
  return rewritten(program, [&](size_t at) -> Sequence {
    const Insn& jump = program.insns[at];
    if (!is_conditional_jump(jump) || !forgets(jump)) return {};
    const size_t target = target_of_jump(program, at);
    const uint32_t used = live[at] | live[at + 1] | live[target];
    for (uint8_t copy = 0; copy < 10; ++copy) {
      if ((used >> copy & 1) == 0) return with_copy_compared(jump, target, copy);
    }
    return {};
  });
}

bool compares_with_itself(const Insn& jump) {
  return BPF_SRC(jump.opcode) == BPF_X && jump.dst == jump.src;
}

bool tests_bits(const Insn& jump) { return BPF_OP(jump.opcode) == BPF_JSET; }

bool limits_unsigned(const Insn& jump) {
  const unsigned op = BPF_OP(jump.opcode);
  return BPF_SRC(jump.opcode) == BPF_K &&
         (op == BPF_JGT || op == BPF_JGE || op == BPF_JLT || op == BPF_JLE);
}

constexpr Forgotten kForgotten[] = {
    {"upper half of a 32-bit quotient or remainder", with_upper_halves_cleared},
    {"independence of a sum from the number it began with", with_sums_apart},
    {"bits of a number that sign extension leaves as it is", with_sign_extension_by_shifts},
    {"range of a register that is compared with itself",
     [](const ebpf::Program& program) { return with_ranges_kept(program, compares_with_itself); }},
    {"range of a register whose bits are tested",
     [](const ebpf::Program& program) { return with_ranges_kept(program, tests_bits); }},
    {"signed limit of a register that gets an unsigned one",
     [](const ebpf::Program& program) { return with_ranges_kept(program, limits_unsigned); }},
};

}  // namespace

std::span<const Forgotten> what_the_kernel_forgets() { return kForgotten; }

}  // namespace ebpf_test
