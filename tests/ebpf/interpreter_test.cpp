// The interpreter's machine: contexts, calls, legacy loads, global data, and its errors.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/interpreter.h"

#include <gtest/gtest.h>
#include <linux/bpf.h>

#include "base/rng.h"
#include "offload-compiler/ebpf/decode.h"
#include "tests/ebpf/asm.h"
#include "tests/ebpf/harness.h"

namespace ebpf_test {
namespace {

uint32_t verdict(const Code& code, const Bytes& packet = Bytes(64)) {
  return run_once(xdp(code), packet).verdict;
}

ebpf::Program tc(Code code) {
  ebpf::Program program = xdp(std::move(code));
  program.type = ebpf::ProgType::kSchedCls;
  return program;
}

TEST(Interpreter, XdpContextReadsAsTheKernels) {
  EXPECT_EQ(
      verdict({load32(2, 1, 0), load32(0, 1, 4), op(0x1f, 0, 2, 0, 0), exit_insn()}, Bytes(77)),
      77u);
  EXPECT_EQ(verdict({load32(2, 1, 0), load32(0, 1, 8), op(0x1f, 0, 2, 0, 0), exit_insn()}), 0u);
  EXPECT_EQ(verdict({load32(0, 1, 12), exit_insn()}), 1u);
  EXPECT_EQ(verdict({load32(0, 1, 16), exit_insn()}), 0u);
}

TEST(Interpreter, QueueIsChosenByAStore) {
  const Code choose = {mov(2, 5), op(0x63, 1, 2, 16, 0), load32(0, 1, 16), exit_insn()};
  const auto outcome = run_once(xdp(choose), Bytes(64));
  EXPECT_TRUE(outcome.queue_chosen);
  EXPECT_EQ(outcome.rx_queue, 5u);
  EXPECT_EQ(outcome.verdict, 5u);
  EXPECT_FALSE(run_once(xdp({mov(0, 2), exit_insn()}), Bytes(64)).queue_chosen);
}

TEST(Interpreter, SchedClsContextHasLengthAndPointers) {
  const Code length = {load32(2, 1, 76), load32(3, 1, 80),     op(0x1f, 3, 2, 0, 0),
                       load32(0, 1, 0),  op(0x1f, 0, 3, 0, 0), exit_insn()};
  EXPECT_EQ(run_once(tc(length), Bytes(77)).verdict, 0u);
}

TEST(Interpreter, LegacyLoadsReadBigEndianOrEndTheProgram) {
  Bytes packet(20);
  packet[12] = 0x08, packet[13] = 0x06, packet[14] = 0x11, packet[15] = 0x22;
  const auto run = [&](uint8_t opcode, uint8_t src, int32_t imm, int32_t r7) {
    return run_once(
               tc({mov_reg(6, 1), mov(7, r7), mov(0, 99), op(opcode, 0, src, 0, imm), exit_insn()}),
               packet)
        .verdict;
  };
  EXPECT_EQ(run(0x30, 0, 13, 0), 0x06u);
  EXPECT_EQ(run(0x28, 0, 12, 0), 0x0806u);
  EXPECT_EQ(run(0x20, 0, 12, 0), 0x08061122u);
  EXPECT_EQ(run(0x50, 7, 10, 2), 0x08u);
  EXPECT_EQ(run(0x48, 7, 14, -2), 0x0806u);
  EXPECT_EQ(run(0x40, 7, 0, 12), 0x08061122u);
  EXPECT_EQ(run(0x30, 0, 20, 0), 0u);
  EXPECT_EQ(run(0x28, 0, 19, 0), 0u);
  EXPECT_EQ(run(0x50, 7, 0, -1), 0u);
  EXPECT_EQ(run(0x30, 0, -0x200000 + 13, 0), 0x06u);  // SKF_LL_OFF
  EXPECT_EQ(run(0x30, 0, -0x100000 + 1, 0), 0x22u);   // SKF_NET_OFF
  EXPECT_EQ(run(0x30, 0, -0x1000, 0), 0u);            // SKF_AD_OFF: no ancillary data
}

TEST(Interpreter, CallsKeepSavedRegistersAndGiveAFrame) {
  const Code caller = {mov(6, 60),           mov(1, 5),         store64_imm(10, -8, 7),
                       call_local(4),        load64(7, 10, -8), op(0x0f, 0, 6, 0, 0),
                       op(0x0f, 0, 7, 0, 0), exit_insn()};
  const Code callee = {mov(6, 1), store64_imm(10, -8, 9), mov_reg(0, 1), exit_insn()};
  EXPECT_EQ(verdict(caller + callee), 5u + 60 + 7);
}

TEST(Interpreter, PointersIntoCallerFramesWork) {
  const Code code = {
      store64_imm(10, -8, 7), mov_reg(1, 10), call_local(2), load64(0, 10, -8), exit_insn(),
      store64_imm(1, -8, 42), mov(0, 0),      exit_insn()};
  EXPECT_EQ(verdict(code), 42u);
}

TEST(Interpreter, GlobalDataStartsWithItsInitialValue) {
  ebpf::MapDef data = map_def(".data", BPF_MAP_TYPE_ARRAY, 4, 8, 1);
  data.initial = {1, 0, 0, 0, 42, 0, 0, 0};
  const Code code = wide(1, uint64_t{4} << 32, 2) + load32(0, 1, 0) + exit_insn();
  EXPECT_EQ(run_once(xdp(code, {data}), Bytes(64)).verdict, 42u);
}

TEST(Interpreter, MapValuesStayReachableAfterRemoval) {
  const Code code = Code{op(0x62, 10, 0, -4, 1), store64_imm(10, -16, 7)} + load_map(1, 0) +
                    mov_reg(2, 10) + add(2, -4) + mov_reg(3, 10) + add(3, -16) + mov(4, 0) +
                    call(2) + load_map(1, 0) + mov_reg(2, 10) + add(2, -4) + call(1) +
                    mov_reg(6, 0) + load_map(1, 0) + mov_reg(2, 10) + add(2, -4) + call(3) +
                    load64(0, 6, 0) + exit_insn();
  EXPECT_EQ(run_once(xdp(code, {map_def("m", BPF_MAP_TYPE_HASH, 4, 8, 4)}), Bytes(64)).verdict, 7u);
}

TEST(Interpreter, StackStartsAtZeroOnEachRun) {
  auto interpreter =
      ebpf::Interpreter::create(xdp({load64(0, 10, -8), store64_imm(10, -8, 7), exit_insn()}), {});
  ASSERT_TRUE(interpreter);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(interpreter->run(Bytes(64))->verdict, 0u);
}

TEST(Interpreter, CountsSteps) {
  EXPECT_EQ(run_once(xdp({mov(0, 2), op(0x05, 0, 0, 0, 0), exit_insn()}), Bytes(64)).steps, 3u);
}

struct ErrorCase {
  const char* message;
  Code code;
};

const ErrorCase kErrorCases[] = {
    {"insn 1: load of 4 bytes at packet+61 of 64 bytes",
     {load32(2, 1, 0), load32(0, 2, 61), exit_insn()}},
    {"insn 1: load of 4 bytes at packet-1 of 64 bytes",
     {load32(2, 1, 0), load32(0, 2, -1), exit_insn()}},
    {"insn 0: store of 8 bytes at stack+512 of 512 bytes", {store64(10, 0, 1), exit_insn()}},
    {"insn 0: load of 8 bytes at context+0", {load64(0, 1, 0), exit_insn()}},
    {"insn 0: load of 4 bytes at context+20", {load32(0, 1, 20), exit_insn()}},
    {"insn 0: store of 4 bytes at context+0", {op(0x63, 1, 2, 0, 0), exit_insn()}},
    {"insn 1: load of 4 bytes at 0x0, which is no pointer",
     {mov(2, 0), load32(0, 2, 0), exit_insn()}},
    {"insn 0: atomic access of 8 bytes at context+0", {op(0xdb, 1, 2, 0, 0), exit_insn()}},
    {"insn 1: the program runs past its last instruction", {mov(0, 2)}},
    {"insn 0: call depth above 8 frames", {call_local(-1), exit_insn()}},
    {"insn 0: still running after 1000 instructions, the limit", {op(0x05, 0, 0, -1, 0)}},
    {"insn 0: jump to insn 5, the program has 0..1", {op(0x05, 0, 0, 4, 0), exit_insn()}},
    {"insn 0: jump to insn -1, the program has 0..1", {call_local(-2), exit_insn()}},
    {"insn 0: jump into the middle of ld_imm64 at insn 1", Code{op(0x05, 0, 0, 1, 0)} + wide(1, 5)},
    {"insn 0: unknown opcode 0xff", {op(0xff, 0, 0, 0, 0)}},
    {"insn 0: the second slot of ld_imm64 is missing", {op(0x18, 1, 0, 0, 0)}},
    {"insn 0: the second slot of ld_imm64 has fields beside imm",
     {op(0x18, 1, 0, 0, 0), mov(0, 0)}},
    {"insn 0: map index 0, the program has 0 maps", load_map(1, 0)},
    {"insn 0: kernel function 7 is not known to the reference interpreter", {op(0x85, 0, 2, 0, 7)}},
    {"insn 0: ld_imm64 with src 3, the reference interpreter knows 0, 1 and 2", wide(1, 0, 3)},
    {"insn 0: ld_imm64 with src 4, the reference interpreter knows 0, 1 and 2", wide(1, 0, 4)},
    {"insn 0: ld_imm64 with src 5, the reference interpreter knows 0, 1 and 2", wide(1, 0, 5)},
    {"insn 0: ld_imm64 with src 6, the reference interpreter knows 0, 1 and 2", wide(1, 0, 6)},
    {"the program has no instructions", {}},
};

TEST(InterpreterErrors, EachHasItsMessage) {
  ebpf::InterpreterOptions options;
  options.max_steps = 1000;
  for (const ErrorCase& c : kErrorCases)
    EXPECT_EQ(error_of(xdp(c.code), Bytes(64), options), c.message);
}

TEST(InterpreterErrors, FieldsOfTheKernelAloneAreNotOffered) {
  constexpr int kPacketType = 4, kBeyond = 256;
  const auto run = [](Code code) {
    ebpf::Program program = xdp(std::move(code));
    program.type = ebpf::ProgType::kSocketFilter;
    return ebpf::Interpreter::create(program, {})->run(Bytes(64)).error();
  };
  const base::Error field = run({load32(0, 1, kPacketType), exit_insn()});
  EXPECT_EQ(field.code, base::ErrorCode::kUnsupported);
  EXPECT_EQ(field.message,
            "insn 0: load of 4 bytes at context+4, a field of the kernel's socket buffer that "
            "packets on a card do not have");
  EXPECT_EQ(run({op(0x63, 1, 1, 8, 0), exit_insn()}).code, base::ErrorCode::kUnsupported);
  EXPECT_EQ(run({load32(0, 1, kBeyond), exit_insn()}).code, base::ErrorCode::kInvalidInput);
}

TEST(InterpreterErrors, MapAccessStaysInTheValue) {
  const Code lookup =
      Code{op(0x62, 10, 0, -4, 1)} + load_map(1, 0) + mov_reg(2, 10) + add(2, -4) + call(1);
  const std::vector<ebpf::MapDef> maps = {map_def("m", BPF_MAP_TYPE_ARRAY, 4, 6, 4)};
  EXPECT_EQ(error_of(xdp(lookup + load32(0, 0, 4) + exit_insn(), maps)),
            "insn 6: load of 4 bytes at value+4 of map m of 6 bytes");
  EXPECT_EQ(error_of(xdp(load_map(1, 0) + load32(0, 1, 0) + exit_insn(), maps)),
            "insn 2: load of 4 bytes at a map's descriptor");
  EXPECT_EQ(error_of(xdp(wide(1, uint64_t{6} << 32, 2) + exit_insn(), maps)),
            "insn 0: offset 6 in the value of map m, which has 6 bytes");
}

TEST(InterpreterErrors, MapsMustMatchTheProgram) {
  const auto created = ebpf::Interpreter::create(xdp({exit_insn()}), {nullptr});
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().text(), "1 maps given, the program has 0 and at most 64 are allowed");
}

TEST(InterpreterErrors, OptionsAndPacketsHaveLimits) {
  ebpf::InterpreterOptions options;
  options.tailroom = 1u << 21;
  EXPECT_EQ(error_of(xdp({exit_insn()}), Bytes(64), options),
            "packet offset 128 and tailroom 2097152, allowed are up to 1048576 bytes");
  EXPECT_EQ(error_of(xdp({exit_insn()}), Bytes((1u << 20) + 1)),
            "packet of 1048577 bytes, allowed are up to 1048576");
}

// Any row with any fields: whatever a program does, it ends in an outcome or a message.
TEST(InterpreterErrors, RandomProgramsOnlyEverGetAMessage) {
  base::Rng rng(4);
  ebpf::InterpreterOptions options;
  options.max_steps = 500;
  const std::vector<ebpf::MapDef> maps = {map_def("h", 1, 4, 8, 4), map_def("a", 2, 4, 8, 4)};
  int ended = 0;
  for (int i = 0; i < 5000; ++i) {
    Code code;
    while (code.size() < 12) {
      const auto& spec = ebpf::kInsnSpecs[rng.below(ebpf::kInsnSpecCount)];
      const auto field = [&](const ebpf::Field& f, uint64_t bound) {
        return static_cast<int32_t>(f.kind == ebpf::Field::Kind::kLiteral
                                        ? static_cast<uint32_t>(f.literal)
                                        : rng.below(bound));
      };
      code.push_back(op(spec.opcode, static_cast<uint8_t>(field(spec.dst, 11)),
                        static_cast<uint8_t>(field(spec.src, 11)),
                        static_cast<int16_t>(field(spec.off, 4)), field(spec.imm, 4)));
      if (spec.is_wide()) code.push_back(op(0, 0, 0, 0, 0));
    }
    code.push_back(exit_insn());
    const ebpf::Program program = xdp(std::move(code), maps);
    auto interpreter = ebpf::Interpreter::create(program, make_maps(program), options);
    if (!interpreter) continue;
    const auto outcome = interpreter->run(Bytes(64));
    if (outcome) ++ended;
  }
  EXPECT_GT(ended, 20);
}

}  // namespace
}  // namespace ebpf_test
