// Instructions print in the style of the kernel's verifier and llvm-objdump.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/print.h"

#include <gtest/gtest.h>

#include "offload-compiler/ebpf/decode.h"
#include "tests/ebpf/asm.h"

namespace ebpf_test {
namespace {

std::string printed(const Code& code) {
  return ebpf::print_insn(xdp(code, {map_def("flows", 1, 4, 4, 1)}), 0);
}

TEST(Print, OneOfEachShape) {
  EXPECT_EQ(printed({op(0x61, 1, 6, 4, 0)}), "r1 = *(u32 *)(r6 + 4)");
  EXPECT_EQ(printed({op(0x7b, 10, 2, -8, 0)}), "*(u64 *)(r10 - 8) = r2");
  EXPECT_EQ(printed({op(0x6a, 1, 0, 2, -3)}), "*(u16 *)(r1 + 2) = -3");
  EXPECT_EQ(printed({op(0x89, 1, 2, 0, 0)}), "r1 = *(s16 *)(r2 + 0)");
  EXPECT_EQ(printed({op(0x2d, 2, 1, 32, 0)}), "if r2 > r1 goto +32");
  EXPECT_EQ(printed({op(0xc6, 2, 0, -4, -5)}), "if w2 s< 0xfffffffb goto -4");
  EXPECT_EQ(printed({op(0x05, 0, 0, -1, 0)}), "goto -1");
  EXPECT_EQ(printed({op(0x06, 0, 0, 0, 70000)}), "gotol +70000");
  EXPECT_EQ(printed({op(0x07, 3, 0, 0, -14)}), "r3 += -14");
  EXPECT_EQ(printed({op(0xcc, 3, 4, 0, 0)}), "w3 s>>= w4");
  EXPECT_EQ(printed({op(0x3f, 3, 4, 1, 0)}), "r3 s/= r4");
  EXPECT_EQ(printed({op(0xbf, 3, 4, 16, 0)}), "r3 = (s16)r4");
  EXPECT_EQ(printed({op(0x87, 3, 0, 0, 0)}), "r3 = -r3");
  EXPECT_EQ(printed({op(0xdc, 3, 0, 0, 32)}), "r3 = be32 r3");
  EXPECT_EQ(printed({op(0xd7, 3, 0, 0, 64)}), "r3 = bswap64 r3");
  EXPECT_EQ(printed({op(0xdb, 1, 2, 8, 0)}), "lock *(u64 *)(r1 + 8) += r2");
  EXPECT_EQ(printed({op(0xc3, 1, 2, 8, 0xf1)}), "w0 = atomic_cmpxchg((u32 *)(r1 + 8), w0, w2)");
  EXPECT_EQ(printed({op(0x28, 0, 0, 0, 12)}), "r0 = *(u16 *)skb[12]");
  EXPECT_EQ(printed({op(0x85, 0, 0, 0, 1)}), "call bpf_map_lookup_elem#1");
  EXPECT_EQ(printed({op(0x85, 0, 1, 0, 7)}), "call pc+7");
  EXPECT_EQ(printed({op(0x95, 0, 0, 0, 0)}), "exit");
  EXPECT_EQ(printed(wide(1, 0x1122334455667788)), "r1 = 0x1122334455667788 ll");
  EXPECT_EQ(printed(load_map(1, 0)), "r1 = map[flows]");
  EXPECT_EQ(printed(load_map(1, 9)), "r1 = map[9]");
  EXPECT_EQ(printed({op(0xff, 1, 2, 3, 4)}), "illegal: opcode 0xff dst 1 src 2 off 3 imm 4");
}

TEST(Print, EveryTemplateIsFilled) {
  for (const ebpf::InsnSpec& spec : ebpf::kInsnSpecs) {
    const Insn insn = op(spec.opcode, static_cast<uint8_t>(spec.dst.literal),
                         static_cast<uint8_t>(spec.src.literal),
                         static_cast<int16_t>(spec.off.literal), spec.imm.literal);
    const std::string text = printed({insn, op(0, 0, 0, 0, 0)});
    EXPECT_EQ(text.find_first_of("{}"), std::string::npos) << text;
  }
}

TEST(Print, NamesHelpers) {
  EXPECT_EQ(ebpf::helper_name(65), "bpf_xdp_adjust_tail#65");
  EXPECT_EQ(ebpf::helper_name(0), "unknown#0");
  EXPECT_EQ(ebpf::helper_name(-1), "unknown#-1");
  EXPECT_EQ(ebpf::helper_name(99999), "unknown#99999");
  EXPECT_EQ(ebpf::helper_name(0xbad2310), "unresolved CO-RE relocation");
}

}  // namespace
}  // namespace ebpf_test
