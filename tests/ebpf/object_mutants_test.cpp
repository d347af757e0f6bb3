// Corrupted objects: each gets an object or one message; nothing crashes, hangs, leaks or grows.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "base/rng.h"
#include "offload-compiler/ebpf/object.h"
#include "offload-compiler/ebpf/object_wire.h"
#include "tests/ebpf/harness.h"
#include "tests/ebpf/objects.h"

#ifndef EBPF_MUTANTS
#error "the build says how many mutants are tried"
#endif

namespace ebpf_test {
namespace {

std::string mutant_of(const std::string& object, base::Rng& rng) {
  std::string mutant = object;
  if (rng.below(8) == 0) mutant.resize(rng.below(object.size()) + 1);
  const uint64_t changes = 1 + rng.below(rng.below(4) == 0 ? 64 : 4);
  for (uint64_t i = 0; i < changes; ++i) {
    // Headers and tables lie at both ends: half of the changes go there.
    const uint64_t span = rng.below(2) == 0 ? std::min<uint64_t>(mutant.size(), 64) : mutant.size();
    const uint64_t at = rng.below(2) == 0 ? rng.below(span) : mutant.size() - 1 - rng.below(span);
    mutant[at] = static_cast<char>(rng.below(2) == 0 ? mutant[at] ^ (1 << rng.below(8))
                                                     : static_cast<int>(rng.next()));
  }
  return mutant;
}

size_t open_files() {
  size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
    ++count;
  return count;
}

int64_t peak_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST(ObjectMutants, OnlyEverGiveAMessage) {
  std::vector<std::string> originals;
  for (const char* name : {"basic", "count", "misc", "globals", "core"}) {
    originals.push_back(read_file(object_path(name)));
  }
  const TemporaryFile file("");
  const size_t files_before = open_files();
  const int64_t peak_before = peak_kib();
  base::Rng rng(99);
  int loaded = 0;
  for (int i = 0; i < EBPF_MUTANTS; ++i) {
    file.overwrite(mutant_of(originals[rng.below(originals.size())], rng));
    const auto begin = std::chrono::steady_clock::now();
    const auto object = ebpf::load_object(file.path());
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(12)) << "mutant " << i;
    if (object) {
      ++loaded;
    } else {
      EXPECT_FALSE(object.error().message.empty());
    }
  }
  EXPECT_GT(loaded, 0) << "some changes are harmless";
  EXPECT_LT(loaded, EBPF_MUTANTS);
  EXPECT_EQ(open_files(), files_before);
  EXPECT_LT(peak_kib() - peak_before, 64 * 1024);
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "a child was not reaped";
}

TEST(ObjectMutants, DamagedWireIsNoticedOrHarmless) {
  const auto object = ebpf::load_object(object_path("globals"));
  ASSERT_TRUE(object);
  const std::vector<uint8_t> wire = ebpf::object_to_wire(*object);
  ASSERT_TRUE(ebpf::object_from_wire(wire));
  base::Rng rng(7);
  for (int i = 0; i < 3000; ++i) {
    std::vector<uint8_t> damaged = wire;
    if (rng.below(4) == 0) damaged.resize(rng.below(damaged.size()));
    for (uint64_t n = rng.below(4); n > 0 && !damaged.empty(); --n) {
      damaged[rng.below(damaged.size())] = static_cast<uint8_t>(rng.next());
    }
    const auto result = ebpf::object_from_wire(damaged);
    EXPECT_FALSE(damaged.size() < wire.size() && result.has_value());
  }
}

}  // namespace
}  // namespace ebpf_test
