// Memory commands as the driver sees them: addresses, lengths, overrides, swap and defer.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "tests/fpc/interpreter_harness.h"

namespace fpc::test {
namespace {

// The command that `text` issues; its last word is the command.
MemoryCommand command_of(const std::string& text, uint32_t a = 0, uint32_t b = 0) {
  Harness h(text, 0b0100);
  h.a(2, 2) = a;
  h.b(3, 2) = b;
  EXPECT_EQ(h.run().reason, StopReason::kCommand) << to_string(h.core.fault().kind);
  return h.core.command();
}

TEST(InterpreterCommands, CarryTheirFields) {
  const MemoryCommand read =
      command_of("mem[read32_swap, $xfer_5, gprA_2, 0xc, 3], ctx_swap[sig7]\n", 0x8001'0000);
  EXPECT_EQ(read.op, Op::kMemRead32Swap);
  EXPECT_EQ(read.slot, 2u);
  EXPECT_EQ(read.xfer, 5u);
  EXPECT_EQ(read.length, 3u);
  EXPECT_EQ(read.signal, 7u);
  EXPECT_EQ(read.signal_mask(), 1u << 7);
  EXPECT_TRUE(read.swaps);
  EXPECT_FALSE(read.wide);
  EXPECT_EQ(read.address, 0x8001'000cu);
}

TEST(InterpreterCommands, AddressModesDifferInWidthAndShift) {
  EXPECT_EQ(command_of("mem[write32, $xfer_0, gprA_2, gprB_3, 1]\n", 0xffff'ffff, 5).address, 4u);
  const MemoryCommand ba =
      command_of("mem[write32, $xfer_0, gprB_3, <<8, gprA_2, 1]\n", 0x1234, 0x8000'0001);
  EXPECT_TRUE(ba.wide);
  EXPECT_EQ(ba.address, 0x80'0000'1334u);
  EXPECT_EQ(
      command_of("mem[write32, $xfer_0, gprA_2, <<8, gprB_3, 1]\n", 0xffff'ffff, 0x100).address,
      0u);
}

TEST(InterpreterCommands, ACommandWithoutSwapGoesOn) {
  Harness h("mem[write32, $xfer_0, gprA_2, 0x0, 1]\nimmed[gprA_0, 0x1]\n");
  const Step step = h.run();
  EXPECT_EQ(step.reason, StopReason::kCommand);
  EXPECT_FALSE(h.core.command().swaps);
  EXPECT_EQ(h.core.command().signal, 0u);
  EXPECT_EQ(h.core.ready_slots(), 1u);
  h.run();
  EXPECT_EQ(h.a(0), 1u);
}

TEST(InterpreterCommands, ASwapSleepsUntilItsSignal) {
  Harness h("mem[read32, $xfer_0, gprA_2, 0x0, 1], ctx_swap[sig2]\nalu[gprA_0, --, B, $xfer_0]\n");
  ASSERT_TRUE(h.memory.write32(0, 0x0403'0201));
  h.run();
  EXPECT_EQ(h.core.ready_slots(), 0u);
  h.core.signal(0, 1 << 1);
  EXPECT_EQ(h.run().reason, StopReason::kIdle);
  h.complete();
  h.finish();
  EXPECT_EQ(h.a(0), 0x0102'0304u);
}

TEST(InterpreterCommands, DataAreThoseAfterTheDeferSlots) {
  Harness h(
      "mem[write32, $xfer_0, gprA_2, 0x0, 2], ctx_swap[sig1], defer[2]\n"
      "immed[$xfer_0, 0x11]\n"
      "immed[$xfer_1, 0x22]\n"
      "immed[gprA_0, 0x1]\n");
  const Step step = h.run();
  EXPECT_EQ(step.instructions, 3u);
  h.complete();
  h.finish();
  EXPECT_EQ(h.memory.read32(0), 0x1100'0000u);
  EXPECT_EQ(h.memory.read32(4), 0x2200'0000u);
  EXPECT_EQ(h.a(0), 1u);
}

TEST(InterpreterCommands, TheAddressIsThatOfTheIssue) {
  Harness h(
      "mem[write32, $xfer_0, gprA_2, 0x0, 1], ctx_swap[sig1], defer[1]\n"
      "immed[gprA_2, 0x100]\n");
  h.a(2) = 64;
  h.run();
  EXPECT_EQ(h.core.command().address, 64u);
}

// Reads replace the length by the override's, atomics take width and data from it (nfp-isa 12.4).
TEST(InterpreterCommands, IndirectRefOverridesLengthAndData) {
  EXPECT_EQ(command_of("immed[--, 0x1f80]\n"
                       "mem[read32_swap, $xfer_0, gprA_2, 0x0, 1], indirect_ref, ctx_swap[sig1]\n")
                .length,
            32u);
  for (const bool is64 : {false, true}) {
    const MemoryCommand add =
        command_of(std::string("immed[gprA_4, ") + (is64 ? "0xc90" : "0x890") +
                       "]\n"
                       "ld_field[gprA_4, 1100, gprB_3, <<16]\n"
                       "mem[add_imm, $xfer_0, gprB_3, <<8, gprA_2, 1], indirect_ref\n",
                   0, 0xabcd);
    EXPECT_EQ(add.is64, is64);
    EXPECT_TRUE(add.has_data16);
    EXPECT_EQ(add.data16, 0xabcd);
    EXPECT_FALSE(add.swaps);
  }
}

TEST(InterpreterCommands, AtomicAddOfTheReferenceLowering) {
  Harness h(
      "mem[add64, $xfer_0, gprB_20, <<8, gprA_20, 5], ctx_swap[sig1], defer[2]\n"
      "alu[$xfer_0, --, B, gprB_8]\n"
      "alu[$xfer_1, --, B, gprB_9]\n");
  h.b(8) = 0xffff'ffff;
  h.b(9) = 1;
  h.a(20) = 8;
  const uint8_t counter[] = {0, 0, 0, 2, 0, 0, 0, 5};
  ASSERT_TRUE(h.memory.write(8, counter));
  h.finish();
  EXPECT_EQ(h.memory.read32(8), __builtin_bswap32(1));
  EXPECT_EQ(h.memory.read32(12), __builtin_bswap32(7));
}

TEST(InterpreterCommands, ACommandWithoutSwapMayFillADeferSlot) {
  Harness h(
      "br[.4], defer[2]\n"
      "mem[write32, $xfer_0, gprA_2, 0x0, 1]\n"
      "immed[gprA_0, 0x1]\n"
      "immed[gprA_1, 0x1]\n"
      "immed[gprA_3, 0x1]\n");
  EXPECT_EQ(h.run().reason, StopReason::kCommand);
  h.finish();
  EXPECT_EQ(h.a(0), 1u);
  EXPECT_EQ(h.a(1), 0u);
  EXPECT_EQ(h.a(3), 1u);
  EXPECT_EQ(h.cycles, 4u);
}

TEST(InterpreterCommands, TheLastDeferSlotMayBeACommandAndTheEndOfTheStore) {
  Harness h(
      "br[.3]\n"
      "immed[gprA_0, 0x1]\n"
      "ctx_arb[kill]\n"
      "br[.1], defer[1]\n"
      "mem[write32, $xfer_0, gprA_2, 0x0, 1]\n");
  EXPECT_EQ(h.finish().kind, FaultKind::kNone);
  EXPECT_EQ(h.a(0), 1u);
}

TEST(InterpreterCommands, WhatTheMemorySystemCannotMeanIsAFault) {
  const std::string command = "mem[read32, $xfer_0, gprA_2, 0x0, 1]";
  for (const std::string& text :
       {command + ", ctx_swap[sig0]",                                     // would never wake
        std::string("mem[read32, $xfer_60, gprA_2, 0x0, 8]"),             // past register 63
        "immed[--, 0x4000]\n" + command + ", indirect_ref",               // unknown override
        "immed[--, 0x18]\n" + command + ", indirect_ref",                 // unknown data
        "immed[--, 0x10]\n" + command + ", indirect_ref",                 // data of a read
        std::string("mem[add_imm, $xfer_0, gprA_2, 0x0, 1]"),             // no data
        std::string("mem[add, $xfer_0, gprA_2, 0x0, 2]"),                 // unknown count
        std::string("mem[read32, $xfer_0, gprA_2, 0x0, 1], mode[5]")}) {  // unknown address
    Harness h(text + "\n");
    EXPECT_EQ(h.finish().kind, FaultKind::kBadCommand) << text;
  }
}

}  // namespace
}  // namespace fpc::test
