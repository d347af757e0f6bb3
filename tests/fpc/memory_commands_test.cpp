// perform(): byte order, units and arithmetic of every memory command.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "fpc/isa.h"
#include "fpc/memory.h"

namespace fpc {
namespace {

constexpr uint64_t kAddress = 0x1003;  // unaligned on purpose

struct Bench {
  ByteStore store;
  ContextState context;

  explicit Bench(std::vector<uint8_t> bytes = {}) {
    EXPECT_TRUE(store.write(kAddress, bytes));
    for (unsigned i = 0; i < kXferRegs; ++i) context.xfer_out[i] = 0x10203040 + i;
  }
  std::vector<uint8_t> bytes(size_t count) const {
    std::vector<uint8_t> found(count);
    store.read(kAddress, found);
    return found;
  }
  bool run(MemoryCommand command) {
    command.address = kAddress;
    return perform(command, context, store);
  }
};

using Bytes = std::vector<uint8_t>;

TEST(MemoryCommands, Read32IsBigEndianAndItsSwapLittle) {
  Bench bench(Bytes{1, 2, 3, 4, 5, 6, 7, 8});
  ASSERT_TRUE(bench.run({.op = Op::kMemRead32, .xfer = 2, .length = 2}));
  EXPECT_EQ(bench.context.xfer_in[2], 0x01020304u);
  EXPECT_EQ(bench.context.xfer_in[3], 0x05060708u);
  ASSERT_TRUE(bench.run({.op = Op::kMemRead32Swap, .xfer = 2, .length = 2}));
  EXPECT_EQ(bench.context.xfer_in[2], 0x04030201u);
  EXPECT_EQ(bench.context.xfer_in[3], 0x08070605u);
}

TEST(MemoryCommands, Read8FillsFromTheMostSignificantByte) {
  Bench bench(Bytes{1, 2, 3, 4, 5, 6});
  bench.context.xfer_in[1] = bench.context.xfer_in[2] = 0xffff'ffff;
  ASSERT_TRUE(bench.run({.op = Op::kMemRead8, .length = 5}));
  EXPECT_EQ(bench.context.xfer_in[0], 0x01020304u);
  EXPECT_EQ(bench.context.xfer_in[1] >> 24, 5u);
  EXPECT_EQ(bench.context.xfer_in[2], 0xffff'ffffu);
}

TEST(MemoryCommands, EightByteFormsMoveTwoWordsPerUnit) {
  Bytes bytes(32);
  std::iota(bytes.begin(), bytes.end(), uint8_t{0});
  Bench bench(bytes);
  ASSERT_TRUE(bench.run({.op = Op::kMemRead, .length = 4}));
  EXPECT_EQ(bench.context.xfer_in[7], 0x1c1d1e1fu);
  EXPECT_EQ(bench.context.xfer_in[8], 0u);
  ASSERT_TRUE(bench.run({.op = Op::kMemWrite, .length = 1}));
  EXPECT_EQ(bench.bytes(9), (Bytes{0x10, 0x20, 0x30, 0x40, 0x10, 0x20, 0x30, 0x41, 8}));
  ASSERT_TRUE(bench.run({.op = Op::kMemWriteSwap, .length = 1}));
  EXPECT_EQ(bench.bytes(8), (Bytes{0x40, 0x30, 0x20, 0x10, 0x41, 0x30, 0x20, 0x10}));
}

TEST(MemoryCommands, WritesMirrorReads) {
  Bench bench;
  ASSERT_TRUE(bench.run({.op = Op::kMemWrite32, .length = 1}));
  EXPECT_EQ(bench.bytes(5), (Bytes{0x10, 0x20, 0x30, 0x40, 0}));
  ASSERT_TRUE(bench.run({.op = Op::kMemWrite32Swap, .xfer = 1, .length = 1}));
  EXPECT_EQ(bench.bytes(5), (Bytes{0x41, 0x30, 0x20, 0x10, 0}));
}

TEST(MemoryCommands, Write8ConsumesBytesFromItsEnd) {
  Bench swapped;
  ASSERT_TRUE(swapped.run({.op = Op::kMemWrite8Swap, .length = 6}));
  EXPECT_EQ(swapped.bytes(7), (Bytes{0x40, 0x30, 0x20, 0x10, 0x41, 0x30, 0}));
  Bench plain;
  ASSERT_TRUE(plain.run({.op = Op::kMemWrite8, .length = 6}));
  EXPECT_EQ(plain.bytes(7), (Bytes{0x10, 0x20, 0x30, 0x40, 0x10, 0x20, 0}));
}

TEST(MemoryCommands, EveryLengthUpTo32UnitsRoundTrips) {
  for (uint8_t length = 1; length <= 32; ++length) {
    Bench bench;
    ASSERT_TRUE(bench.run({.op = Op::kMemWrite32Swap, .xfer = 1, .length = length}));
    ASSERT_TRUE(bench.run({.op = Op::kMemRead32Swap, .xfer = 3, .length = length}));
    for (unsigned i = 0; i < kXferRegs; ++i) {
      const bool moved = i >= 3 && i < 3u + length;
      ASSERT_EQ(bench.context.xfer_in[i], moved ? bench.context.xfer_out[i - 2] : 0u);
    }
  }
}

// xfer0 holds the low and xfer1 the high half; in memory the low word comes first, each big endian.
TEST(MemoryCommands, AtomicsSeeBigEndianWordsLowWordFirst) {
  Bench bench(Bytes{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 7});
  bench.context.xfer_out[4] = 1;
  bench.context.xfer_out[5] = 0x100;
  ASSERT_TRUE(bench.run({.op = Op::kMemTestAdd, .xfer = 4, .length = 2, .is64 = true}));
  EXPECT_EQ(bench.bytes(8), (Bytes{0, 0, 0, 0, 0, 0, 1, 8}));
  EXPECT_EQ(bench.context.xfer_in[4], 0xffff'ffffu);
  EXPECT_EQ(bench.context.xfer_in[5], 7u);
}

TEST(MemoryCommands, A32BitAtomicLeavesItsNeighbours) {
  Bench bench(Bytes{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 7});
  bench.context.xfer_out[0] = 2;
  bench.context.xfer_in[1] = 99;
  ASSERT_TRUE(bench.run({.op = Op::kMemTestAdd, .length = 1}));
  EXPECT_EQ(bench.bytes(8), (Bytes{0, 0, 0, 1, 0, 0, 0, 7}));
  EXPECT_EQ(bench.context.xfer_in[0], 0xffff'ffffu);
  EXPECT_EQ(bench.context.xfer_in[1], 99u);
}

struct AtomicRow {
  Op plain, imm, test, test_imm;
  uint32_t old, operand, result;
};

TEST(MemoryCommands, AtomicsCombineOldValueAndOperand) {
  const AtomicRow rows[] = {
      {Op::kMemAdd, Op::kMemAddImm, Op::kMemTestAdd, Op::kMemTestAddImm, 0xffff'fff0, 0x20, 0x10},
      {Op::kMemSub, Op::kMemSubImm, Op::kMemTestSub, Op::kMemTestSubImm, 0x10, 0x20, 0xffff'fff0},
      {Op::kMemAddSat, Op::kMemAddSatImm, Op::kMemTestAddSat, Op::kMemTestAddSatImm, 0xffff'fff0,
       0x20, 0xffff'ffff},
      {Op::kMemSubSat, Op::kMemSubSatImm, Op::kMemTestSubSat, Op::kMemTestSubSatImm, 0x10, 0x20, 0},
      {Op::kMemSubSat, Op::kMemSubSatImm, Op::kMemTestSubSat, Op::kMemTestSubSatImm, 0x30, 0x20,
       0x10},
      {Op::kMemSet, Op::kMemSetImm, Op::kMemTestSet, Op::kMemTestSetImm, 0x12, 0x21, 0x33},
      {Op::kMemClr, Op::kMemClrImm, Op::kMemTestClr, Op::kMemTestClrImm, 0x13, 0x21, 0x12},
      {Op::kMemXor, Op::kMemXorImm, Op::kMemTestXor, Op::kMemTestXorImm, 0x13, 0x21, 0x32},
      {Op::kMemSwap, Op::kMemAtomicWriteImm, Op::kMemSwap, Op::kMemSwapImm, 0x13, 0x21, 0x21},
  };
  for (const AtomicRow& row : rows) {
    for (const Op op : {row.plain, row.imm, row.test, row.test_imm}) {
      SCOPED_TRACE(spec(op).name);
      Bench bench;
      bench.context.xfer_out[0] = row.old;
      ASSERT_TRUE(bench.run({.op = Op::kMemAtomicWrite, .length = 1}));
      bench.context.xfer_out[0] = row.operand;
      MemoryCommand command{.op = op, .length = 1};
      if (spec(op).has(flag::kTakesData)) {
        command.has_data16 = true;
        command.data16 = static_cast<uint16_t>(row.operand);
      }
      ASSERT_TRUE(bench.run(command));
      EXPECT_EQ(bench.context.xfer_in[0], spec(op).has(flag::kWritesXfer) ? row.old : 0u);
      ASSERT_TRUE(bench.run({.op = Op::kMemAtomicRead, .length = 1}));
      EXPECT_EQ(bench.context.xfer_in[0], row.result);
    }
  }
}

TEST(MemoryCommands, Data16IsZeroExtendedInto64Bits) {
  Bench bench(Bytes{0xff, 0xff, 0, 0, 0, 0, 0, 0});
  ASSERT_TRUE(bench.run(
      {.op = Op::kMemAddImm, .length = 2, .is64 = true, .has_data16 = true, .data16 = 0xffff}));
  EXPECT_EQ(bench.bytes(8), (Bytes{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}));
}

TEST(MemoryCommands, WhatTheCardAnswersItselfTakesARegisterForEachWord) {
  for (const Op op : {Op::kMemPacketAddThread, Op::kMemPacketAllocPoll})
    EXPECT_EQ(xfer_registers({.op = op, .length = 8}), 8u) << spec(op).name;
}

TEST(MemoryCommands, RefusesWhatItCannotDo) {
  Bench bench;
  EXPECT_FALSE(bench.run({.op = Op::kMemAddImm, .length = 1})) << "immediate form without data";
  EXPECT_FALSE(bench.run({.op = Op::kMemRead32, .xfer = 60, .length = 5})) << "past register 63";
  EXPECT_FALSE(bench.run({.op = Op::kMemAdd, .xfer = 63, .length = 2, .is64 = true}));
  EXPECT_FALSE(bench.run({.op = Op::kMemRead, .length = 255}));
  EXPECT_FALSE(bench.run({.op = Op::kMemPacketAddThread, .length = 8}));
  EXPECT_FALSE(bench.run({.op = Op::kAluAdd}));
  EXPECT_TRUE(bench.run({.op = Op::kMemRead32, .xfer = 60, .length = 4}));
}

TEST(MemoryCommands, ReportsAFullStore) {
  ByteStore store(ByteStore::kPageBytes);
  ContextState context;
  ASSERT_TRUE(store.write32(0, 0));
  EXPECT_FALSE(perform({.op = Op::kMemWrite32, .length = 1, .address = 1 << 20}, context, store));
  EXPECT_FALSE(perform({.op = Op::kMemAdd, .length = 1, .address = 1 << 20}, context, store));
}

// Every row with a byte meaning is covered by the table of perform(); the packet engine's two are the card's.
TEST(MemoryCommands, EveryModelledRowIsPerformed) {
  for (const InsnSpec& row : kInsnSpecs) {
    if (row.format != Format::kMem || row.semantics == Semantics::kNone) continue;
    const bool is_packet_engine =
        row.op == Op::kMemPacketAllocPoll || row.op == Op::kMemPacketAddThread;
    Bench bench;
    MemoryCommand command{.op = row.op, .length = 1, .has_data16 = row.has(flag::kTakesData)};
    EXPECT_EQ(bench.run(command), !is_packet_engine) << row.name;
  }
}

// The word at 0x1008, of which `kAddress` and 8 bytes from there touch the first three.
struct SpoiledBench : Bench {
  explicit SpoiledBench(unsigned bits) : Bench(Bytes(16, 0x11)) {
    EXPECT_TRUE(store.spoil(0x1008, bits));
  }
  bool settle(MemoryCommand command) { return settle_spoiled(kAddress, command, store, counts); }
  SpoiledCounts counts;
};

const MemoryCommand kTouching[] = {
    {.op = Op::kMemRead32, .length = 2},
    {.op = Op::kMemRead8, .length = 6},
    {.op = Op::kMemWrite32, .length = 2},
    {.op = Op::kMemWrite8, .length = 7},
    {.op = Op::kMemAdd, .length = 1, .is64 = true},
    {.op = Op::kMemTestAdd, .length = 1, .is64 = true},
};

TEST(MemoryCommands, AreRefusedAtSpoiledWordsAndCorrectOneBit) {
  for (const MemoryCommand& command : kTouching) {
    SpoiledBench bench(1);
    const ContextState before = bench.context;
    EXPECT_FALSE(bench.run(command)) << spec(command.op).name;
    EXPECT_EQ(bench.context, before);
    EXPECT_EQ(bench.bytes(16), Bytes(16, 0x11));
    EXPECT_TRUE(bench.settle(command));
    EXPECT_EQ(bench.counts.corrected, 1u);
    EXPECT_TRUE(bench.run(command)) << "from now on";
  }
}

TEST(MemoryCommands, FailAtTwoWrongBitsUnlessTheyOverwriteTheWord) {
  for (const MemoryCommand& command : kTouching) {
    SpoiledBench bench(2);
    EXPECT_FALSE(bench.settle(command)) << spec(command.op).name;
    EXPECT_EQ(bench.counts.uncorrectable, 1u);
    EXPECT_FALSE(bench.run(command));
  }
  for (const MemoryCommand& command :
       {MemoryCommand{.op = Op::kMemWrite32, .length = 4}, {.op = Op::kMemWrite8, .length = 13}}) {
    SpoiledBench bench(2);
    EXPECT_FALSE(bench.run(command));
    EXPECT_TRUE(bench.settle(command));
    EXPECT_EQ(bench.counts.corrected + bench.counts.uncorrectable, 0u);
    EXPECT_TRUE(bench.run(command));
  }
}

TEST(MemoryCommands, PassBySpoiledWordsOfTheirPage) {
  SpoiledBench bench(2);
  ASSERT_TRUE(bench.run({.op = Op::kMemRead32, .length = 1}));
  EXPECT_EQ(bench.context.xfer_in[0], 0x11111111u);
  EXPECT_TRUE(bench.run({.op = Op::kMemWrite8, .length = 5}));
  EXPECT_TRUE(bench.run({.op = Op::kMemAdd, .length = 1}));
}

}  // namespace
}  // namespace fpc
