// The table finds exactly its own instructions and says why others are none.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/decode.h"

#include <gtest/gtest.h>

#include <cstring>
#include <set>

#include "base/rng.h"
#include "offload-compiler/ebpf/program.h"
#include "tests/ebpf/asm.h"
#include "tests/ebpf/harness.h"

namespace ebpf_test {
namespace {

using ebpf::Field;
using ebpf::InsnSpec;

int32_t random_value(const Field& field, base::Rng& rng) {
  if (field.kind == Field::Kind::kLiteral) return field.literal;
  if (field.kind == Field::Kind::kRegister) return static_cast<int32_t>(rng.below(11));
  return static_cast<int16_t>(rng.next());
}

Insn random_insn(const InsnSpec& spec, base::Rng& rng) {
  return op(spec.opcode, static_cast<uint8_t>(random_value(spec.dst, rng)),
            static_cast<uint8_t>(random_value(spec.src, rng)),
            static_cast<int16_t>(random_value(spec.off, rng)), random_value(spec.imm, rng));
}

TEST(Decode, FindsEveryRowFromRandomFields) {
  base::Rng rng(1);
  for (const InsnSpec& spec : ebpf::kInsnSpecs) {
    for (int i = 0; i < 50; ++i) {
      const Insn insn = random_insn(spec, rng);
      ASSERT_EQ(ebpf::find_spec(insn), &spec) << spec.text;
      const auto bytes = ebpf::insns_to_bytes({insn});
      EXPECT_EQ(ebpf::insns_from_bytes(bytes), Code{insn});
    }
  }
}

TEST(Decode, IndexOfARowIsItsOp) {
  for (size_t i = 0; i < ebpf::kInsnSpecCount; ++i) {
    EXPECT_EQ(static_cast<size_t>(ebpf::kInsnSpecs[i].op), i);
  }
}

TEST(Decode, SaysWhyAnInstructionIsIllegal) {
  EXPECT_EQ(ebpf::illegal_reason(op(0xff, 0, 0, 0, 0)), "unknown opcode 0xff");
  EXPECT_EQ(ebpf::illegal_reason(op(0x0f, 11, 0, 0, 0)),
            "opcode 0x0f has dst 11, allowed is 0..10");
  EXPECT_EQ(ebpf::illegal_reason(op(0xbf, 1, 2, 3, 0)),
            "opcode 0xbf has off 3, allowed is 0, 8, 16, 32");
  EXPECT_EQ(ebpf::illegal_reason(op(0x95, 0, 0, 0, 1)), "opcode 0x95 has imm 1, allowed is 0");
  EXPECT_EQ(ebpf::illegal_reason(op(0x85, 0, 1, 1, 0)),
            "opcode 0x85 has no form with dst 0, src 1, off 1, imm 0 together");
}

TEST(Decode, EveryUnknownByteHasAReason) {
  base::Rng rng(2);
  for (int i = 0; i < 20000; ++i) {
    Bytes bytes(8);
    const uint64_t word = rng.next();
    std::memcpy(bytes.data(), &word, 8);
    const Insn insn = ebpf::insns_from_bytes(bytes)[0];
    if (ebpf::find_spec(insn) != nullptr) continue;
    EXPECT_NE(ebpf::illegal_reason(insn), "");
  }
}

TEST(Decode, EveryRefusalOfTheCardHasItsReason) {
  base::Rng rng(3);
  for (const InsnSpec& spec : ebpf::kInsnSpecs) {
    const std::string reason = ebpf::nfp_refusal(spec, random_insn(spec, rng));
    EXPECT_EQ(reason.empty(), spec.nfp == ebpf::NfpOffload::kNative) << spec.text << ": " << reason;
  }
  const auto refusal = [](const Insn& insn) {
    return ebpf::nfp_refusal(*ebpf::find_spec(insn), insn);
  };
  EXPECT_EQ(refusal(op(0x97, 1, 0, 0, 10)), "[nfp] instruction 0x97 not supported");
  EXPECT_EQ(refusal(op(0xdb, 1, 2, 0, 0x41)), "[nfp] atomic op not implemented: 65");
  EXPECT_EQ(refusal(op(0x3f, 1, 2, 1, 0)),
            "instruction 0x3f with off 1 is newer than the driver, which knows off 0");
  EXPECT_EQ(refusal(op(0x07, 1, 0, 0, 1)), "");
}

TEST(Decode, EveryConformanceGroupIsUsed) {
  std::set<std::string> groups;
  for (const InsnSpec& spec : ebpf::kInsnSpecs) groups.insert(ebpf::to_string(spec.group));
  EXPECT_EQ(groups, (std::set<std::string>{"base32", "base64", "atomic32", "atomic64", "divmul32",
                                           "divmul64", "packet"}));
}

TEST(Program, SubprogramsStartWhereCallsLead) {
  const Code code = Code{call_local(3)} + wide(1, 0x85) + exit_insn() + mov(0, 1) + exit_insn();
  EXPECT_EQ(ebpf::subprogram_starts(code), (std::vector<uint32_t>{0, 4}));
  EXPECT_EQ(ebpf::subprogram_starts({call_local(100), call_local(-5), exit_insn()}),
            (std::vector<uint32_t>{0}));
  EXPECT_EQ(ebpf::subprogram_starts(vector_program("misc.calls").insns).size(), 3u);
}

}  // namespace
}  // namespace ebpf_test
