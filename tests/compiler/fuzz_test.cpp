// Hostile input: random programs and mutants of real ones end in an image or a message, the same one every time.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/rng.h"
#include "fpc/insn.h"
#include "offload-compiler/check.h"
#include "offload-compiler/compiler.h"
#include "tests/compiler/kernel_jit_file.h"
#include "tests/compiler/random_program.h"
#include "tests/ebpf/verifier_generator.h"

namespace {

unsigned compile_and_check(const ebpf::Program& program, const offload::Target& target) {
  const auto image = offload::compile(program, target);
  EXPECT_EQ(offload::check(program, target.capability).offloadable(), image.has_value())
      << (image ? "" : image.error().message);
  if (!image) {
    EXPECT_FALSE(image.error().message.empty());
    return 0;
  }
  EXPECT_LE(image->words.size(), target.capability.max_words);
  for (const fpc::Word word : image->words) EXPECT_TRUE(fpc::decode(word));
  const auto again = offload::compile(program, target);
  EXPECT_TRUE(again && again->words == image->words && again->warnings == image->warnings);
  return 1;
}

// One to four fields of a program hold something else.
ebpf::Program mutant(ebpf::Program program, base::Rng& rng) {
  constexpr int64_t kEdges[] = {0,   1,   -1,  8,   31,     32,      63,         64,
                                127, 128, 255, 256, 0x7fff, -0x8000, 0x7fffffff, -0x80000000LL};
  for (uint64_t change = rng.below(4) + 1; change > 0; --change) {
    ebpf::Insn& insn = program.insns[rng.below(program.insns.size())];
    const int64_t value = kEdges[rng.below(std::size(kEdges))];
    switch (rng.below(5)) {
      case 0:
        insn.opcode = static_cast<uint8_t>(insn.opcode ^ 1u << rng.below(8));
        break;
      case 1:
        insn.dst = static_cast<uint8_t>(rng.below(12));
        break;
      case 2:
        insn.src = static_cast<uint8_t>(rng.below(12));
        break;
      case 3:
        insn.off = static_cast<int16_t>(value);
        break;
      default:
        insn.imm = static_cast<int32_t>(value);
    }
  }
  return program;
}

struct Counts {
  unsigned compiled = 0, total = 0;
  // Both outcomes happened, so that neither side of the compiler went untouched.
  void expect_both() const {
    EXPECT_GT(compiled, total / 20);
    EXPECT_LT(compiled, total);
  }
};

TEST(Fuzz, RandomProgramsEndInAnImageOrAMessage) {
  const offload::Target target = *offload::parse_target("nfp/full");
  for (uint64_t seed = 0; seed < COMPILER_FUZZ_PROGRAMS; ++seed)
    compile_and_check(ebpf_test::random_program(seed), target);
}

TEST(Fuzz, MutantsOfCardProgramsEndInAnImageOrAMessage) {
  const offload::Target target = *offload::parse_target("nfp/full");
  base::Rng rng(3);
  Counts counts;
  for (; counts.total < COMPILER_FUZZ_PROGRAMS; ++counts.total)
    counts.compiled +=
        compile_and_check(mutant(test::random_card_program(counts.total), rng), target);
  counts.expect_both();
}

TEST(Fuzz, MutantsOfRealProgramsEndInAnImageOrAMessage) {
  const offload::Target target = *offload::parse_target("nfp/full");
  base::Rng rng(7);
  Counts counts;
  for (const std::string& name : test::kernel_program_names()) {
    const ebpf::Program program = test::read_kernel_program(name).program;
    for (unsigned i = 0; i < COMPILER_FUZZ_MUTANTS; ++i, ++counts.total)
      counts.compiled += compile_and_check(mutant(program, rng), target);
  }
  counts.expect_both();
}

}  // namespace
