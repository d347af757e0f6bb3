// The relaxed target: what it takes beyond the driver, what it says of it, and that it changes nothing else.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "offload-compiler/compiler.h"
#include "tests/compiler/kernel_jit_file.h"
#include "tests/compiler/programs.h"

namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;

offload::Target relaxed(bool fix_defects = false) {
  offload::Target target = *offload::parse_target("nfp/full");
  target.relaxed = true;
  target.fix_defects = fix_defects;
  return target;
}

ebpf::MapDef data(uint32_t value_bytes, uint32_t flags = 0) {
  ebpf::MapDef def = ebpf_test::map_def(".data", BPF_MAP_TYPE_ARRAY, 4, value_bytes, 1);
  def.flags = flags;
  return def;
}

Code address(uint8_t reg, uint32_t off = 0) {
  return ebpf_test::wide(reg, uint64_t{off} << 32, BPF_PSEUDO_MAP_VALUE);
}

std::string refusal(const ebpf::Program& program) {
  const auto image = offload::compile(program, relaxed());
  return image ? "accepted" : image.error().message;
}

TEST(RelaxedTarget, TakesGlobalDataAndSaysWhatADriverSays) {
  const Code body = address(2, 4) + Code{load(kBytes4, 3, 2, 0), store(kBytes4, 2, 0, 3)};
  const auto image = offload::compile(xdp(body + leave(), {data(300, BPF_F_MMAPABLE)}), relaxed());
  ASSERT_TRUE(image) << image.error().text();
  EXPECT_THAT(
      image->warnings,
      ElementsAre(
          "a card's driver refuses this: insn 0: offloaded maps have no direct value access "
          "(global variables)",
          "a card's driver refuses this: insn 3: [nfp] map writes not supported",
          "a card's driver refuses this: map .data: map flags are not supported",
          "a card's driver refuses this: map .data: map elements too large: 312, FW max element "
          "size (key+value): 64",
          "a card's driver refuses this: map .data: map value size 300, FW max is 56"));
  EXPECT_EQ(image->codegen, firmware::kCodegenFixed);
  EXPECT_EQ(image->data_tables(), std::vector<unsigned>{1});
}

TEST(RelaxedTarget, GivesTheDriversWordsToProgramsThatTheDriverTakes) {
  for (const std::string& name : kernel_program_names()) {
    const ebpf::Program program = read_kernel_program(name).program;
    for (const bool fix_defects : {false, true}) {
      offload::Target strict = relaxed(fix_defects);
      strict.relaxed = false;
      const auto without = offload::compile(program, strict);
      const auto with = offload::compile(program, relaxed(fix_defects));
      ASSERT_EQ(static_cast<bool>(without), static_cast<bool>(with)) << name;
      if (!with) continue;
      EXPECT_EQ(firmware::to_json(*with), firmware::to_json(*without)) << name;
    }
  }
}

// Behind a variable, what the driver gets wrong is right: a card runs neither.
TEST(RelaxedTarget, CorrectsDefectsBesideGlobalData) {
  const Code body = address(2, 16) + Code{op(BPF_ST | BPF_MEM | kBytes4, 10, 0, -4, 7),
                                          load(kBytes4, 3, 10, -4), store(kBytes4, 2, -8, 3)};
  EXPECT_EQ(refusal(xdp(body + leave(), {data(32)})), "accepted");
  EXPECT_THAT(refusal(xdp(Code{op(BPF_ST | BPF_MEM | kBytes4, 10, 0, -4, 7)} + leave())),
              HasSubstr("fails in the driver's translation (defect B8)"));
}

TEST(RelaxedTarget, RefusesTheRestInTheDriversWords) {
  EXPECT_THAT(refusal(xdp(address(2) + Code{mov(5, 1)} +
                              with_packet(64, {load(kBytes1, 5, 2, 0), alu64(BPF_MOD, 5, 3)}),
                          {data(8)})),
              HasSubstr("[nfp] instruction 0x97 not supported"));
  ebpf::MapDef trie = ebpf_test::map_def("trie", BPF_MAP_TYPE_LPM_TRIE, 8, 8, 8);
  trie.flags = BPF_F_NO_PREALLOC;
  EXPECT_EQ(refusal(xdp(ebpf_test::load_map(1, 0) + leave(), {trie})),
            "map trie: map flags are not supported");
}

TEST(RelaxedTarget, KeepsWordsOfAValueEitherCountedOrPlain) {
  const Code count = address(2) + Code{mov(3, 1), atomic(kBytes4, 2, 4, 3, BPF_ADD)};
  EXPECT_EQ(refusal(xdp(count + Code{store(kBytes4, 2, 0, 3), load(kBytes2, 3, 2, 2)} + leave(),
                        {data(8)})),
            "accepted");
  EXPECT_THAT(refusal(xdp(count + Code{store(kBytes1, 2, 6, 3)} + leave(), {data(8)})),
              HasSubstr("[nfp] map value use type conflict atomic vs write off: 6"));
  EXPECT_THAT(refusal(xdp(count + Code{load(kBytes8, 3, 2, 0)} + leave(), {data(8)})),
              HasSubstr("[nfp] map value use type conflict atomic vs read off: 4"));
  const Code somewhere = {alu64(BPF_AND, 5, 7), alu64_reg(BPF_ADD, 2, 5), load(kBytes1, 3, 2, 0)};
  EXPECT_THAT(refusal(xdp(with_unknown_byte(count + somewhere), {data(8)})),
              HasSubstr("[nfp] map value use type conflict atomic vs read off: 4"));
}

TEST(RelaxedTarget, LeavesBoundsToTheVerifier) {
  EXPECT_THAT(refusal(xdp(with_unknown_byte(address(2) +
                                            Code{alu64_reg(BPF_ADD, 2, 5), load(kBytes4, 3, 2, 0)}),
                          {data(32)})),
              HasSubstr("invalid access to map value, value_size=32 off=255 size=4"));
  EXPECT_THAT(refusal(xdp(address(2, 8) + leave(), {data(8)})), HasSubstr("invalid access to map"));
  EXPECT_THAT(refusal(xdp(address(2) + Code{mov(3, 1), store(kBytes4, 2, 4, 3)} + leave(),
                          {data(8, BPF_F_RDONLY_PROG)})),
              HasSubstr("write into map forbidden, value_size=8 off=4 size=4"));
}

// As the kernel's verifier, which leaves out what such a value decides against.
TEST(RelaxedTarget, KnowsWhatConstantDataHolds) {
  const Code traces = address(2, 4) + Code{load(kBytes1, 3, 2, 0), ebpf_test::jump_eq(3, 0, 3),
                                           mov(1, 0), mov(2, 0), call(BPF_FUNC_trace_printk)};
  const auto traced = [&](uint32_t flags, std::vector<uint8_t> initial) {
    ebpf::MapDef def = data(8, flags);
    def.initial = std::move(initial);
    return refusal(xdp(traces + leave(), {def}));
  };
  EXPECT_EQ(traced(BPF_F_RDONLY_PROG, {1, 1, 1, 1, 0, 1, 1, 1}), "accepted");
  EXPECT_THAT(traced(BPF_F_RDONLY_PROG, {0, 0, 0, 0, 1, 0, 0, 0}),
              HasSubstr("[nfp] unsupported function id: 6"));
  EXPECT_THAT(traced(0, {0, 0, 0, 0, 0, 0, 0, 0}), HasSubstr("[nfp] unsupported function id: 6"));
  EXPECT_THAT(traced(BPF_F_RDONLY_PROG, {}), HasSubstr("[nfp] unsupported function id: 6"));
}

// What a routine or a message would have to carry has the card's limits.
TEST(RelaxedTarget, LimitsValuesThatAreLookedUp) {
  const Code direct = address(2) + Code{load(kBytes1, 3, 2, 0)};
  EXPECT_EQ(refusal(xdp(direct + leave(), {data(65536)})), "accepted");
  EXPECT_EQ(refusal(xdp(direct + leave(), {data(65537)})),
            "map .data: map elements too large: 65552, FW max element size (key+value): 64");
  EXPECT_EQ(refusal(xdp(direct + ebpf_test::load_map(1, 0) + leave(), {data(300)})),
            "map .data: map elements too large: 312, FW max element size (key+value): 64");
}

}  // namespace
