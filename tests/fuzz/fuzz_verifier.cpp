// Searches for programs that our verifier accepts and the running kernel refuses, and says what we refuse and why.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>
#include <regex>

#include "tests/ebpf/verifier_random.h"

namespace {

// Messages that differ in numbers alone are one reason.
std::string without_numbers(const std::string& message) {
  return std::regex_replace(message, std::regex("0x[0-9a-f]+|[0-9]+"), "N");
}

struct Search {
  uint64_t programs = 200'000, seed = 1, progress = 20'000;
};

int search(const ebpf_test::KernelVerifier& kernel, const Search& wanted) {
  struct Reason {
    uint64_t count = 0, first_seed = 0;
  };
  std::map<std::string, Reason> reasons;  // for which we refuse what the kernel accepts
  const auto facts = ebpf_test::what_the_kernel_forgets();
  ebpf_test::VerifierCounts sum;
  sum.forgotten.resize(facts.size());
  const auto note = [&](uint64_t seed, bool ours_accepts, const std::string& reason,
                        const ebpf_test::Forgotten* forgotten) {
    if (ours_accepts) {
      return fmt::print("seed {}: only the kernel refuses: {}{}{}\n", seed, reason,
                        forgotten ? "; it forgets the " : "", forgotten ? forgotten->fact : "");
    }
    Reason& entry = reasons[without_numbers(reason)];
    if (entry.count++ == 0) entry.first_seed = seed;
  };
  for (uint64_t done = 0; done < wanted.programs;) {
    const uint64_t slice = std::min(wanted.progress, wanted.programs - done);
    const auto counts = ebpf_test::compare_verifiers(kernel, wanted.seed + done, slice, note);
    done += slice;
    sum.both += counts.both, sum.neither += counts.neither, sum.too_long += counts.too_long;
    sum.only_kernel += counts.only_kernel, sum.only_ours += counts.only_ours;
    uint64_t forgotten = 0;
    for (size_t i = 0; i < facts.size(); ++i) forgotten += sum.forgotten[i] += counts.forgotten[i];
    fmt::print(
        "{} programs: both accept {}, both refuse {}, only the kernel accepts {}, only we {} and "
        "{} for a known reason, too long {}\n",
        done, sum.both, sum.neither, sum.only_kernel, sum.only_ours, forgotten, sum.too_long);
    std::fflush(stdout);
  }
  for (const auto& [reason, entry] : reasons)
    fmt::print("{} times, first seed {}: {}\n", entry.count, entry.first_seed, reason);
  for (size_t i = 0; i < facts.size(); ++i)
    fmt::print("{} times only we accept: the kernel forgets the {}\n", sum.forgotten[i],
               facts[i].fact);
  return sum.only_ours == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Search wanted;
  CLI::App app("Compares our verifier's answers about random programs with the running kernel's.");
  app.add_option("--programs", wanted.programs, "How many programs")->capture_default_str();
  app.add_option("--seed", wanted.seed, "Seed of the first; the others follow")
      ->capture_default_str();
  app.add_option("--progress", wanted.progress, "Programs between two lines of progress")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const auto kernel = ebpf_test::kernel_for_random_programs();
  if (!kernel) {
    fmt::print(stderr, "fuzz_verifier: {}\n", kernel.error().text());
    return 2;
  }
  return search(*kernel, wanted);
}
