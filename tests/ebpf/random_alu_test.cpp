// Random arithmetic: straight-line programs with forward jumps compute what the kernel computes.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/rng.h"
#include "offload-compiler/ebpf/alu.h"
#include "offload-compiler/ebpf/decode.h"
#include "tests/ebpf/asm.h"
#include "tests/ebpf/harness.h"
#include "tests/support/kernel_oracle.h"

#ifndef EBPF_RANDOM_PROGRAMS
#error "the build says how many programs are tried"
#endif

namespace ebpf_test {
namespace {

using ebpf::InsnSpec;

// r1..r5 hold packet words; r6 is the packet, r0 and r7 are left alone.
constexpr uint8_t kFirst = 1, kRegisters = 5;

bool is_arithmetic(const InsnSpec& spec) {
  const uint8_t cls = spec.opcode & 7;
  return cls == 4 || cls == 7;
}

bool is_comparison(const InsnSpec& spec) {
  const uint8_t cls = spec.opcode & 7, operation = spec.opcode & 0xf0;
  return (cls == 5 || cls == 6) && operation != 0 && operation != 0x80 && operation != 0x90;
}

uint8_t any_register(base::Rng& rng) {
  return static_cast<uint8_t>(kFirst + rng.below(kRegisters));
}

int32_t any_immediate(base::Rng& rng) {
  constexpr int32_t kEdges[] = {0,   1,   -1,     2,       7,         31,
                                255, 256, 0xffff, 0x10000, INT32_MIN, INT32_MAX};
  return rng.below(2) == 0 ? kEdges[rng.below(std::size(kEdges))]
                           : static_cast<int32_t>(rng.next());
}

// Immediates that the kernel's verifier refuses are bent into those that it takes.
int32_t legal_immediate(const InsnSpec& spec, base::Rng& rng) {
  if (spec.imm.kind == ebpf::Field::Kind::kLiteral) return spec.imm.literal;
  const int32_t imm = any_immediate(rng);
  const auto operation = static_cast<ebpf::AluOp>(spec.opcode & 0xf0);
  using enum ebpf::AluOp;
  if (!is_arithmetic(spec)) return imm;
  if (operation == kLsh || operation == kRsh || operation == kArsh) {
    return imm & ((spec.opcode & 7) == 7 ? 63 : 31);
  }
  return imm == 0 && (operation == kDiv || operation == kMod) ? 3 : imm;
}

Insn any_insn(base::Rng& rng) {
  for (;;) {
    const InsnSpec& spec = ebpf::kInsnSpecs[rng.below(ebpf::kInsnSpecCount)];
    if (!is_arithmetic(spec) && !is_comparison(spec)) continue;
    const uint8_t src = spec.has_register_src() ? any_register(rng) : 0;
    const auto off = static_cast<int16_t>(
        is_comparison(spec) ? rng.below(3) : static_cast<uint32_t>(spec.off.literal));
    return op(spec.opcode, any_register(rng), src, off, legal_immediate(spec, rng));
  }
}

ebpf::Program random_program(base::Rng& rng) {
  Code code = {load32(6, 1, 0), load32(7, 1, 4), mov_reg(2, 6), add(2, 8 * kRegisters)};
  const size_t guard = code.size();
  code.push_back(jump_gt(2, 7, 0));
  for (uint8_t r = 0; r < kRegisters; ++r) {
    code.push_back(load64(static_cast<uint8_t>(kFirst + r), 6, static_cast<int16_t>(8 * r)));
  }
  const uint64_t length = 10 + rng.below(40);
  for (uint64_t i = 0; i < length; ++i) code.push_back(any_insn(rng));
  code.push_back(mov(0, 0)), code.push_back(mov(0, 0));  // the furthest a last jump reaches
  for (uint8_t r = 0; r < kRegisters; ++r) {
    code.push_back(store64(6, static_cast<int16_t>(8 * r), static_cast<uint8_t>(kFirst + r)));
  }
  code[guard].off = static_cast<int16_t>(code.size() - guard - 1);
  return xdp(code + mov(0, 2) + exit_insn());
}

Bytes random_packet(base::Rng& rng) {
  Bytes packet(64);
  for (uint8_t& byte : packet) {
    byte = rng.below(3) == 0 ? static_cast<uint8_t>(0 - rng.below(2))
                             : static_cast<uint8_t>(rng.next());
  }
  return packet;
}

using RandomAlu = KernelTest;

TEST_F(RandomAlu, ProgramsComputeWhatTheKernelComputes) {
  base::Rng rng(11);
  for (int i = 0; i < EBPF_RANDOM_PROGRAMS; ++i) {
    const ebpf::Program program = random_program(rng);
    auto kernel = test_support::KernelOracle::load(program);
    ASSERT_TRUE(kernel) << "program " << i << ": " << kernel.error().text();
    auto interpreter = ebpf::Interpreter::create(program, {});
    ASSERT_TRUE(interpreter) << interpreter.error().text();
    for (int n = 0; n < 4; ++n) {
      const Bytes packet = random_packet(rng);
      const auto expected = kernel->run(packet);
      const auto outcome = interpreter->run(packet);
      ASSERT_TRUE(expected && outcome);
      ASSERT_EQ(outcome->packet, expected->packet) << "program " << i;
    }
  }
}

}  // namespace
}  // namespace ebpf_test
