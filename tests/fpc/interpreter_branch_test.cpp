// Branches: conditions, operands, targets, defer slots.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "tests/fpc/interpreter_harness.h"

namespace fpc::test {
namespace {

// A0 = 1 when the branch is taken, 2 when not.
uint32_t path_of(const std::string& branch, uint32_t a, uint32_t b) {
  Harness h("alu[--, gprA_1, -, gprB_2]\n" + branch +
            "[.4]\nimmed[gprA_0, 0x2]\nbr[.5]\nimmed[gprA_0, 0x1]\n");
  h.a(1) = a;
  h.b(2) = b;
  EXPECT_EQ(h.finish().kind, FaultKind::kNone);
  return h.a(0);
}

TEST(InterpreterBranch, ConditionsCompareAfterASubtract) {
  constexpr uint32_t kValues[] = {0, 1, 5, 0x7fff'ffff, 0x8000'0000, 0xffff'fffe, 0xffff'ffff};
  for (const uint32_t x : kValues) {
    for (const uint32_t y : kValues) {
      const auto signed_x = static_cast<int32_t>(x), signed_y = static_cast<int32_t>(y);
      const int64_t difference = int64_t{signed_x} - signed_y;
      const bool overflow = difference != static_cast<int32_t>(difference);
      const bool negative = static_cast<int32_t>(x - y) < 0;
      const std::pair<const char*, bool> rows[] = {{"beq", x == y},
                                                   {"bne", x != y},
                                                   {"bmi", negative},
                                                   {"bpl", !negative},
                                                   {"bcs", x >= y},
                                                   {"bcc", x < y},
                                                   {"bvs", overflow},
                                                   {"bvc", !overflow},
                                                   {"bge", signed_x >= signed_y},
                                                   {"blt", signed_x < signed_y},
                                                   {"ble", signed_x <= signed_y},
                                                   {"bgt", signed_x > signed_y}};
      for (const auto& [branch, taken] : rows) {
        EXPECT_EQ(path_of(branch, x, y), taken ? 1u : 2u) << branch << " " << x << " " << y;
      }
    }
  }
}

TEST(InterpreterBranch, BitAndByteBranchesLookAtTheirRegister) {
  for (unsigned bit = 0; bit < 32; ++bit) {
    for (const bool set : {false, true}) {
      const std::string n = std::to_string(bit);
      Harness h("br_bset[gprB_1, " + n + ", .2]\nimmed[gprA_0, 0x1]\nbr_bclr[gprB_1, " + n +
                ", .4]\nimmed[gprA_2, 0x1]\n");
      h.b(1) = set ? 1u << bit : ~(1u << bit);
      h.finish();
      EXPECT_EQ(h.a(0), set ? 0u : 1u);
      EXPECT_EQ(h.a(2), set ? 1u : 0u);
    }
  }
  Harness h(
      "br=byte[gprA_1, 2, 0xab, .2]\n"
      "immed[gprA_0, 0x1]\n"
      "br!=byte[gprA_1, 3, 0xab, .4]\n"
      "immed[gprA_2, 0x1]\n");
  h.a(1) = 0x12ab'3456;
  h.finish();
  EXPECT_EQ(h.a(0), 0u);
  EXPECT_EQ(h.a(2), 0u);
}

TEST(InterpreterBranch, JumpAddsItsConstant) {
  Harness h("jump[gprA_1, 0x2]\nimmed[gprA_0, 0x1]\nnop\nimmed[gprA_2, 0x1]\n");
  h.a(1) = 1;
  h.finish();
  EXPECT_EQ(h.a(0), 0u);
  EXPECT_EQ(h.a(2), 1u);
}

TEST(InterpreterBranch, BrCtxComparesTheHardwareContext) {
  Harness h("br=ctx[4, .2]\nimmed[gprA_0, 0x1]\nbr!=ctx[4, .4]\nimmed[gprA_1, 0x1]\n", 0b0101);
  h.finish();
  EXPECT_EQ(h.a(0, 0), 1u);
  EXPECT_EQ(h.a(1, 0), 0u);
  EXPECT_EQ(h.a(0, 2), 0u);
  EXPECT_EQ(h.a(1, 2), 1u);
}

TEST(InterpreterBranch, DeferSlotsRunOnceTakenOrNot) {
  for (const unsigned slots : {1u, 2u, 3u}) {
    for (const bool taken : {false, true}) {
      std::string text = "alu[--, gprA_1, -, 0x1]\nbeq[.7], defer[" + std::to_string(slots) + "]\n";
      for (unsigned i = 0; i < 3; ++i) text += "alu[gprA_0, gprA_0, +, 0x1]\n";
      Harness h(text + "alu[gprA_0, gprA_0, +, 0x10]\nbr[.8]\nalu[gprA_0, gprA_0, +, 0x20]\n");
      h.a(1) = taken ? 1 : 2;
      EXPECT_EQ(h.finish().kind, FaultKind::kNone);
      EXPECT_EQ(h.a(0), taken ? 0x20 + slots : 0x13u);
    }
  }
}

TEST(InterpreterBranch, FlagsOfADeferSlotDoNotChangeTheDecision) {
  Harness h(
      "alu[--, gprA_1, -, gprB_1]\n"
      "beq[.4], defer[1]\n"
      "alu[--, gprA_1, +, 0x1]\n"
      "immed[gprA_0, 0x1]\n");
  h.finish();
  EXPECT_EQ(h.a(0), 0u);
}

TEST(InterpreterBranch, ABranchInADeferSlotIsAFaultTakenOrNot) {
  for (const char* inner :
       {"br[.0]", "bne[.0]", "rtn[gprA_1]", "br_bset[gprA_1, 0, .0]", "ctx_arb[voluntary]",
        "br_signal[3, .0]", "mem[read32, $xfer_0, gprA_2, 0x0, 1], ctx_swap[sig1]"}) {
    for (const char* outer : {"beq[.0], defer[2]", "bne[.0], defer[2]"}) {
      Harness h(std::string("alu[--, gprA_0, -, 0x1]\n") + outer + "\nnop\n" + inner + "\n");
      const Fault fault = h.finish();
      EXPECT_EQ(fault.kind, FaultKind::kBranchInDefer) << inner;
      EXPECT_EQ(fault.address, 3u);
    }
  }
}

TEST(InterpreterBranch, TheLastDeferSlotEndsTheShadow) {
  Harness h("alu[--, gprA_0, -, 0x1]\nbeq[.0], defer[1]\nnop\nbr[.4]\n");
  EXPECT_EQ(h.finish().kind, FaultKind::kNone);
}

TEST(InterpreterBranch, TargetsOutsideTheStoreAreFaults) {
  Harness branch("br[.16383]\n");
  EXPECT_EQ(branch.finish().kind, FaultKind::kPcOutOfRange);
  EXPECT_EQ(branch.core.fault().address, 16383u);
  Harness jump("nop\nrtn[gprA_1], defer[1]\nnop\n");
  jump.a(1) = 0xdead'beef;
  const Fault fault = jump.finish();
  EXPECT_EQ(fault.kind, FaultKind::kPcOutOfRange);
  EXPECT_EQ(fault.address, 0xbeefu);
  EXPECT_EQ(fault.word, 0u);
}

}  // namespace
}  // namespace fpc::test
