// Corrupted objects: each gets an object or one message; nothing crashes, hangs, leaks or grows.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
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

// Of one load: processor time, so that a busy machine does not fail the test.
constexpr std::chrono::milliseconds kMostProcessorTime{1000};

int wanted_mutants() {
  const char* wanted = std::getenv("MILLRACE_OBJECT_MUTANTS");
  return wanted != nullptr ? std::atoi(wanted) : EBPF_MUTANTS;
}

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

// Allocated and not given back. What a thread caches counts as in use, so that it may cache nothing.
size_t bytes_in_use() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

// Of this process and of its children that have ended.
std::chrono::microseconds processor_time() {
  std::chrono::microseconds sum{0};
  for (const auto who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    getrusage(who, &usage);
    for (const timeval& time : {usage.ru_utime, usage.ru_stime})
      sum += std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  }
  return sum;
}

// Answers to mutants, and what the dearest of them took.
struct Tally {
  int loaded = 0, refused = 0;
  std::chrono::microseconds slowest{0};

  void load(const std::string& path, int mutant) {
    const auto before = processor_time();
    const auto object = ebpf::load_object(path);
    const auto took = processor_time() - before;
    EXPECT_LT(took, kMostProcessorTime) << "mutant " << mutant;
    slowest = std::max(slowest, took);
    ++(object ? loaded : refused);
    EXPECT_TRUE(object || !object.error().message.empty()) << "mutant " << mutant;
  }
};

TEST(ObjectMutants, OnlyEverGiveAMessage) {
  ASSERT_STREQ(std::getenv("GLIBC_TUNABLES"), "glibc.malloc.tcache_count=0")
      << "the environment that this test needs, and ctest gives it";
  const int mutants = wanted_mutants();
  std::vector<std::string> originals;
  for (const char* name : {"basic", "count", "misc", "globals", "core"}) {
    originals.push_back(read_file(object_path(name)));
  }
  const TemporaryFile file("");
  for (const std::string& original : originals) {  // what a load allocates once is no leak
    file.overwrite(original);
    EXPECT_TRUE(ebpf::load_object(file.path()));
  }
  const size_t files_before = open_files();
  const size_t in_use_before = bytes_in_use();
  base::Rng rng(99);
  Tally tally;
  for (int i = 0; i < mutants; ++i) {
    file.overwrite(mutant_of(originals[rng.below(originals.size())], rng));
    tally.load(file.path(), i);
  }
  const auto growth = static_cast<int64_t>(bytes_in_use() - in_use_before);
  std::printf("%d mutants: %d load, %d are refused; the slowest takes %ld ms; growth %ld bytes\n",
              mutants, tally.loaded, tally.refused, static_cast<long>(tally.slowest.count() / 1000),
              static_cast<long>(growth));
  EXPECT_GT(tally.loaded, 0) << "some changes are harmless";
  EXPECT_GT(tally.refused, 0);
  EXPECT_EQ(open_files(), files_before);
  EXPECT_EQ(growth, 0);
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
