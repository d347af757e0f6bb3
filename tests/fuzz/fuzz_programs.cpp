// Searches for programs about which reference interpreter, microcode and kernel differ: as many as asked for, from a seed on.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <malloc.h>

#include <CLI/CLI.hpp>
#include <array>
#include <chrono>

#include "tests/fuzz/judge.h"
#include "tests/support/kernel_oracle.h"

namespace {

struct Search {
  uint64_t programs = 10'000, seed = 1, progress = 10'000, findings = 10;
  bool explain = false;
};

using Counts = std::array<uint64_t, fuzz::Judgement::kDifferent + 1>;  // by verdict

bool is_finding(const fuzz::Judgement& judgement) {
  return judgement.verdict == fuzz::Judgement::kRefusedByOne ||
         judgement.verdict == fuzz::Judgement::kDifferent;
}

void print_counts(const Counts& counts, uint64_t seed, double seconds) {
  constexpr const char* kNames[] = {"agree",    "warned of",      "refused",
                                    "too long", "refused by one", "different"};
  fmt::print("up to seed {}:", seed);
  for (size_t i = 0; i < counts.size(); ++i) fmt::print(" {} {},", counts[i], kNames[i]);
  fmt::print(" {:.0f} s\n", seconds);
  std::fflush(stdout);
}

void print_finding(fuzz::Judge& judge, const fuzz::CardProgram& subject, uint64_t seed,
                   const fuzz::Judgement& judgement) {
  fmt::print("seed {}: {}\n", seed, judgement.text);
  if (judgement.verdict == fuzz::Judgement::kRefusedByOne) {
    fmt::print("{}\n", fuzz::listing(subject.program));
    return;
  }
  const fuzz::CardProgram small = judge.shrink(subject, seed);
  fmt::print("without all that it does not need: {}\n{}\n", judge.judge(small, seed).text,
             fuzz::listing(small.program));
}

int search(fuzz::Judge& judge, const fuzz::JudgeOptions& options, const Search& wanted) {
  Counts counts{};
  uint64_t findings = 0;
  const auto start = std::chrono::steady_clock::now();
  for (uint64_t i = 0; i < wanted.programs && findings < wanted.findings; ++i) {
    const uint64_t seed = wanted.seed + i;
    const fuzz::CardProgram subject = fuzz::random_card_program(seed, options.programs);
    const fuzz::Judgement judgement = judge.judge(subject, seed);
    ++counts[judgement.verdict];
    if (is_finding(judgement)) {
      print_finding(judge, subject, seed, judgement);
      ++findings;
    } else if (wanted.explain && !judgement.text.empty()) {
      fmt::print("seed {}: {}\n", seed, judgement.text);
    }
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
    const bool last = i + 1 == wanted.programs || findings == wanted.findings;
    if (last || (i + 1) % wanted.progress == 0) print_counts(counts, seed, passed.count());
  }
  return findings == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  mallopt(M_TRIM_THRESHOLD, 1 << 30);  // memory of one program serves the next
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  Search wanted;
  fuzz::JudgeOptions options;
  bool without_kernel = false;
  CLI::App app(
      "Compares what random programs do in the reference interpreter, as microcode and in the "
      "kernel.");
  app.add_option("--programs", wanted.programs, "How many programs")->capture_default_str();
  app.add_option("--seed", wanted.seed, "Seed of the first; the others follow")
      ->capture_default_str();
  app.add_option("--packets", options.packets, "Packets for each program")->capture_default_str();
  app.add_option("--progress", wanted.progress, "Programs between two lines of progress")
      ->capture_default_str();
  app.add_option("--findings", wanted.findings, "Differences after which to stop")
      ->capture_default_str();
  app.add_flag("--reach-defects", options.programs.reach_defects,
               "Programs also do what the reference lowering is known to get wrong");
  app.add_flag("--global-data", options.programs.global_data,
               "Programs also use global data and store to map values");
  app.add_flag("--fix-defects", options.fix_defects,
               "Compile to correct words instead of the driver's: nothing excuses a difference");
  app.add_flag("--without-kernel", without_kernel, "Do not ask the running kernel");
  app.add_flag("--explain", wanted.explain, "Say what each warning and refusal was");
  CLI11_PARSE(app, argc, argv);
  options.with_kernel = !without_kernel;
  auto judge = fuzz::Judge::create(options);
  if (!judge) {
    fmt::print(stderr, "fuzz_programs: {}\n", judge.error().text());
    return 2;
  }
  return search(*judge, options, wanted);
}
