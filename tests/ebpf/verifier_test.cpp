// The verifier's interface: listener, limits, facts, messages, log; and input that nobody would write.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include "base/rng.h"
#include "tests/ebpf/asm.h"
#include "tests/ebpf/harness.h"
#include "tests/ebpf/verifier_asm.h"
#include "tests/ebpf/verifier_generator.h"

namespace ebpf_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

ebpf::Program program_of(std::string_view text) {
  const auto code = assemble(text);
  EXPECT_TRUE(code) << code.error().text();
  return xdp(code ? *code : Code{});
}

std::string refusal(const ebpf::Program& program, const ebpf::VerifierOptions& options = {}) {
  const auto verified = ebpf::verify(program, options);
  EXPECT_FALSE(verified) << "accepted";
  return verified ? "" : verified.error().message;
}

TEST(Verifier, VisitsTheFallThroughFirst) {
  std::vector<uint32_t> visits;
  ebpf::VerifierOptions options;
  options.on_insn = [&](const ebpf::Visit& visit) -> base::Result<void> {
    visits.push_back(visit.insn);
    return {};
  };
  ASSERT_TRUE(ebpf::verify(program_of("call 7; if r0 == 0x0 goto b; r0 = 1; exit; b: r0 = 2; exit"),
                           options));
  EXPECT_THAT(visits, ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST(Verifier, ShowsTheStateBeforeAnInstruction) {
  ebpf::VerifierOptions options;
  options.on_insn = [&](const ebpf::Visit& visit) -> base::Result<void> {
    if (visit.insn == 0) {
      EXPECT_EQ(visit.regs[1].type, ebpf::RegType::kCtx);
      EXPECT_EQ(visit.regs[0].type, ebpf::RegType::kNotInit);
      EXPECT_EQ(visit.regs[10].type, ebpf::RegType::kStack);
    } else if (visit.insn == 1) {
      EXPECT_EQ(visit.prev_insn, 0u);
      EXPECT_TRUE(visit.regs[0].is_const());
      EXPECT_EQ(visit.regs[0].umin, 7u);
    }
    return {};
  };
  ASSERT_TRUE(ebpf::verify(program_of("r0 = 7; exit"), options));
}

TEST(Verifier, EndsWithTheListenersError) {
  ebpf::VerifierOptions options;
  options.on_insn = [](const ebpf::Visit& visit) -> base::Result<void> {
    if (visit.insn == 1) return base::unsupported("the listener says no");
    return {};
  };
  const auto verified = ebpf::verify(program_of("r0 = 7; exit"), options);
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().message, "the listener says no");
  EXPECT_EQ(verified.error().code, base::ErrorCode::kUnsupported);
}

TEST(Verifier, TellsFramesAndSubprograms) {
  std::vector<std::pair<uint32_t, uint32_t>> places;
  ebpf::VerifierOptions options;
  options.on_insn = [&](const ebpf::Visit& visit) -> base::Result<void> {
    places.emplace_back(visit.frame, visit.subprog);
    return {};
  };
  const auto verified =
      ebpf::verify(program_of("call f; exit; f: *(u64 *)(r10 - 12) = 0; r0 = 0; exit"), options);
  EXPECT_FALSE(verified);  // misaligned
  places.clear();
  const auto right =
      ebpf::verify(program_of("call f; exit; f: *(u32 *)(r10 - 12) = 0; r0 = 0; exit"), options);
  ASSERT_TRUE(right) << right.error().text();
  EXPECT_THAT(places, ElementsAre(std::pair(0, 0), std::pair(1, 1), std::pair(1, 1),
                                  std::pair(1, 1), std::pair(0, 0)));
  ASSERT_EQ(right->subprograms.size(), 2u);
  EXPECT_EQ(right->subprograms[1].start, 2u);
  EXPECT_EQ(right->subprograms[1].end, 5u);
  EXPECT_EQ(right->subprograms[1].stack_bytes, 16u);
}

TEST(Verifier, FindsDeadCodeAndDecidedBranches) {
  const auto verified = ebpf::verify(program_of(
      "r0 = 0; if r0 == 0x0 goto a; r0 = 1; a: if r0 != 0x0 goto b; exit; b: r0 = 2; exit"));
  ASSERT_TRUE(verified) << verified.error().text();
  EXPECT_THAT(verified->visited, ElementsAre(true, true, false, true, true, false, false));
  EXPECT_THAT(verified->branch, ElementsAre(-1, 1, -1, 0, -1, -1, -1));
}

TEST(Verifier, MarksWhatMustBeZeroExtended) {
  const auto verified = ebpf::verify(program_of("w1 = 5; w2 = 6; w2 += 1; r0 = r1; exit"));
  ASSERT_TRUE(verified);
  EXPECT_THAT(verified->zext, ElementsAre(true, false, false, false, false));
}

TEST(Verifier, DemandsAlignmentWhereTheProgramAsksForIt) {
  ebpf::Program program = program_of(
      "r2 = *(u32 *)(r1 + 0); r3 = *(u32 *)(r1 + 4); r4 = r2; r4 += 14; if r4 > r3 goto out; "
      "r0 = *(u32 *)(r2 + 4); r0 = *(u16 *)(r2 + 4); r0 = *(u32 *)(r2 + 2); out: r0 = 0; exit");
  ASSERT_TRUE(ebpf::verify(program));
  program.flags = BPF_F_STRICT_ALIGNMENT;
  EXPECT_THAT(refusal(program),
              HasSubstr("insn 5: misaligned packet access off (0x0; 0x0)+6 size 4"));
  program.insns[5] = program.insns[7];
  EXPECT_TRUE(ebpf::verify(program));
}

TEST(Verifier, KeepsItsLimits) {
  const ebpf::Program endless =
      program_of("r1 = 0; top: r1 += 1; if r1 != 0x7fffffff goto top; r0 = 0; exit");
  ebpf::VerifierOptions options;
  options.max_visits = 5000;
  auto verified = ebpf::verify(endless, options);
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().code, base::ErrorCode::kOutOfRange);
  EXPECT_THAT(verified.error().message, HasSubstr("more than 5000 instructions"));
  options.max_insns = 4;
  verified = ebpf::verify(endless, options);
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().message, "the program has 5 instructions, at most 4 are allowed");
  EXPECT_EQ(refusal(xdp({})), "the program has no instructions");
}

TEST(Verifier, NamesTheSourceLine) {
  ebpf::Program program = program_of("r0 = 1; r0 = *(u8 *)(r0 + 0); exit");
  program.lines = {{0, "fw.c", "  int a = 1;", 3, 1}, {1, "fw.c", "\treturn *p;", 4, 1}};
  EXPECT_EQ(
      refusal(program),
      "insn 1: R0 invalid mem access 'scalar': the register holds a number and no address; a "
      "call that can move the packet makes numbers of packet pointers; at r0 = *(u8 *)(r0 + 0) "
      "with R0=1 (fw.c:4: return *p;)");
}

TEST(Verifier, LogsThePathToTheError) {
  ebpf::Program program =
      program_of("call 7; if r0 == 0x0 goto out; r0 = *(u8 *)(r10 + 1); out: exit");
  program.lines = {{2, "fw.c", "return x;", 4, 1}};
  ebpf::VerifierOptions options;
  options.log = true;
  const std::string text = refusal(program, options);
  EXPECT_THAT(text, HasSubstr("0: (85) call bpf_get_prandom_u32#7\n"));
  EXPECT_THAT(text, HasSubstr("R10=fp(off=0)"));
  EXPECT_THAT(text, HasSubstr("; return x;\n2: (71) r0 = *(u8 *)(r10 + 1)\n"));
}

TEST(Verifier, LogsNoPathThatEndedWell) {
  ebpf::VerifierOptions options;
  options.log = true;
  const auto verified = ebpf::verify(
      program_of("call 7; if r0 == 0x0 goto b; r0 = 1; exit; b: r0 = 2; exit"), options);
  ASSERT_TRUE(verified);
  EXPECT_THAT(verified->log, HasSubstr("from 1 to 4:"));
  EXPECT_THAT(verified->log, testing::Not(HasSubstr("2: (b7) r0 = 1")));
  EXPECT_THAT(verified->log, HasSubstr("processed 6 insns"));
}

// r8 is small on one path only, and nothing relies on it.
constexpr const char* kImpreciseCode =
    "call 7; r8 = r0; call 7; r6 = r0; call 7; r7 = r0; if r6 == 0x0 goto join; r1 = 1; r2 = 2; r8 "
    "= 5; "
    "join: r1 = 0; r2 = 0; r8 ^= 1; r0 = r8; exit";

uint64_t largest_seen(uint32_t insn, unsigned reg, bool exact) {
  uint64_t largest = 0;
  ebpf::VerifierOptions options;
  options.exact_ranges = exact;
  options.on_insn = [&](const ebpf::Visit& visit) -> base::Result<void> {
    if (visit.insn == insn) largest = std::max(largest, visit.regs[reg].umax);
    return {};
  };
  const auto verified = ebpf::verify(program_of(kImpreciseCode), options);
  EXPECT_TRUE(verified) << verified.error().text();
  return largest;
}

TEST(Verifier, HidesUnreliedValuesAsTheKernelUnlessAskedNotTo) {
  constexpr uint32_t kXor = 12;
  EXPECT_EQ(largest_seen(kXor, 8, false), 5u);
  EXPECT_EQ(largest_seen(kXor, 8, true), ~uint64_t{0});
}

TEST(Verifier, TellsWhichStackBytesAreZero) {
  std::vector<bool> zeros;
  ebpf::VerifierOptions options;
  options.on_insn = [&](const ebpf::Visit& visit) -> base::Result<void> {
    if (visit.insn < 4) return {};
    for (const int32_t off : {-1, -4, -5, -8, -16, -600, 0}) {
      zeros.push_back(visit.stack_byte_is_zero(0, off));
    }
    return {};
  };
  ASSERT_TRUE(ebpf::verify(
      program_of("r1 = 0; *(u64 *)(r10 - 8) = r1; r2 = 5; *(u32 *)(r10 - 8) = r2; r0 = 0; exit"),
      options));
  EXPECT_THAT(zeros, ElementsAre(true, true, false, false, false, false, false, true, true, false,
                                 false, false, false, false));
}

// 2^30 paths, but nothing relies on what they differ in.
TEST(Verifier, PrunesWhatItHasSeen) {
  Code code{call(7), mov_reg(6, 0)};
  for (int i = 0; i < 30; ++i) {
    code = code + op(0x45, 6, 0, 1, 1 << i) + mov(1, i) + mov(2, i);
  }
  code = code + mov(0, 0) + exit_insn();
  const auto verified = ebpf::verify(xdp(code));
  ASSERT_TRUE(verified) << verified.error().text();
  EXPECT_LT(verified->visits, 5000u);
}

// Slots of random bytes: never a crash, and never more than the limit of visits.
TEST(Verifier, SurvivesRandomBytes) {
  base::Rng rng(1);
  for (int i = 0; i < 3000; ++i) {
    std::vector<uint8_t> bytes(8 * (1 + rng.below(12)));
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(rng.next());
    ebpf::VerifierOptions options;
    options.max_visits = 10'000;
    const auto verified = ebpf::verify(xdp(ebpf::insns_from_bytes(bytes)), options);
    if (verified) {
      EXPECT_LE(verified->visits, options.max_visits);
    }
  }
}

// Valid programs with a few fields changed reach deeper than random bytes.
TEST(Verifier, SurvivesMutatedPrograms) {
  base::Rng rng(2);
  for (uint64_t seed = 0; seed < 600; ++seed) {
    ebpf::Program program = random_program(seed);
    for (uint64_t i = rng.below(4) + 1; i > 0; --i) {
      ebpf::Insn& insn = program.insns[rng.below(program.insns.size())];
      switch (rng.below(5)) {
        case 0:
          insn.opcode = static_cast<uint8_t>(rng.next());
          break;
        case 1:
          insn.dst = static_cast<uint8_t>(rng.below(16));
          break;
        case 2:
          insn.src = static_cast<uint8_t>(rng.below(16));
          break;
        case 3:
          insn.off = static_cast<int16_t>(insn.off + static_cast<int>(rng.below(9)) - 4);
          break;
        default:
          insn.imm ^= static_cast<int32_t>(rng.next() >> (33 + rng.below(31)));
      }
    }
    ebpf::VerifierOptions options;
    options.max_visits = 10'000;
    const auto verified = ebpf::verify(program, options);
    if (verified) {
      EXPECT_LE(verified->visits, options.max_visits);
    }
  }
}

TEST(Verifier, SurvivesLongChainsOfSubprograms) {
  Code code;
  for (int i = 0; i < 20'000; ++i) code = std::move(code) + call_local(1) + exit_insn();
  code = std::move(code) + mov(0, 0) + exit_insn();
  EXPECT_THAT(refusal(xdp(code)), HasSubstr("frames is too deep"));
}

}  // namespace
}  // namespace ebpf_test
