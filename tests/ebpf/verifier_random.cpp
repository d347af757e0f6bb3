// Random programs against the two judges of a verifier.
// SPDX-License-Identifier: Apache-2.0
#include "tests/ebpf/verifier_random.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "base/rng.h"
#include "offload-compiler/ebpf/verifier.h"
#include "tests/ebpf/harness.h"
#include "tests/ebpf/verifier_generator.h"

namespace ebpf_test {
namespace {

constexpr int kPackets = 8;

// Sizes vary from run to run, and so do the mistakes.
GeneratorOptions options_for(uint64_t seed) {
  GeneratorOptions options;
  options.statements = 4 + static_cast<unsigned>(seed % 16);
  options.mistake_percent = seed % 5 == 0 ? 10 : 1;
  return options;
}

ebpf::VerifierOptions as_on_the_host() {
  ebpf::VerifierOptions options;
  options.offloaded = false;
  options.max_visits = 200'000;  // loops that the generator meant to end are far shorter
  return options;
}

Bytes random_packet(base::Rng& rng) {
  Bytes packet(14 + rng.below(80));
  for (uint8_t& byte : packet) {
    byte = static_cast<uint8_t>(rng.below(4) == 0 ? rng.below(3) : rng.next());
  }
  return packet;
}

const Forgotten* find_forgotten(const KernelVerifier& kernel, const ebpf::Program& program) {
  for (const Forgotten& forgotten : what_the_kernel_forgets()) {
    if (kernel.accepts(forgotten.told_again(program))) return &forgotten;
  }
  return nullptr;
}

}  // namespace

void expect_accepted_programs_run(uint64_t first_seed, uint64_t programs) {
  uint64_t accepted = 0;
  for (uint64_t seed = first_seed; seed < first_seed + programs; ++seed) {
    const ebpf::Program program = random_program(seed, options_for(seed));
    if (!ebpf::verify(program, as_on_the_host())) continue;
    ++accepted;
    auto interpreter = ebpf::Interpreter::create(program, make_maps(program));
    ASSERT_TRUE(interpreter) << interpreter.error().text();
    base::Rng rng(seed);
    for (int i = 0; i < kPackets; ++i) {
      const auto outcome = interpreter->run(random_packet(rng));
      ASSERT_TRUE(outcome) << "seed " << seed << ": " << outcome.error().text();
    }
  }
  EXPECT_GT(accepted, programs / 4);
}

VerifierCounts compare_verifiers(const KernelVerifier& kernel, uint64_t first_seed,
                                 uint64_t programs, const OnDifference& on_difference) {
  VerifierCounts counts;
  counts.forgotten.resize(what_the_kernel_forgets().size());
  for (uint64_t seed = first_seed; seed < first_seed + programs; ++seed) {
    GeneratorOptions options = options_for(seed);
    options.any_context_offset = true;
    const ebpf::Program program = random_program(seed, options);
    const auto own = ebpf::verify(program, as_on_the_host());
    if (!own && own.error().code == base::ErrorCode::kOutOfRange) {
      ++counts.too_long;  // the kernel would take seconds to say so
      continue;
    }
    const bool theirs = kernel.accepts(program);
    if (own && !theirs) {
      const Forgotten* forgotten = find_forgotten(kernel, program);
      if (forgotten != nullptr) {
        ++counts.forgotten[static_cast<size_t>(forgotten - what_the_kernel_forgets().data())];
      } else {
        ++counts.only_ours;
      }
      on_difference(seed, true, kernel.refusal(program), forgotten);
      continue;
    }
    ++(own ? counts.both : theirs ? counts.only_kernel : counts.neither);
    if (!own && theirs) on_difference(seed, false, own.error().message, nullptr);
  }
  return counts;
}

base::Result<KernelVerifier> kernel_for_random_programs() {
  return KernelVerifier::create(random_program(0).maps);
}

void expect_kernel_agrees(uint64_t first_seed, uint64_t programs) {
  const auto kernel = kernel_for_random_programs();
  ASSERT_TRUE(kernel) << kernel.error().text();
  const auto check = [](uint64_t seed, bool ours_accepts, const std::string& reason,
                        const Forgotten* forgotten) {
    EXPECT_TRUE(!ours_accepts || forgotten != nullptr) << "seed " << seed << ": kernel: " << reason;
  };
  const VerifierCounts counts = compare_verifiers(*kernel, first_seed, programs, check);
  std::printf("of %lu programs the kernel accepts %lu, of these we accept %lu; %lu take too long\n",
              static_cast<unsigned long>(programs),
              static_cast<unsigned long>(counts.both + counts.only_kernel),
              static_cast<unsigned long>(counts.both), static_cast<unsigned long>(counts.too_long));
  EXPECT_GT(counts.both, programs / 4);
}

}  // namespace ebpf_test
