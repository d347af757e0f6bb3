// Calls of bpf(2) with attributes of random words: whatever they ask for, nothing crashes, hangs or stays.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstring>

#include "base/rng.h"
#include "tests/ebpf/asm.h"
#include "tests/host-driver/lab.h"

namespace host_test {
namespace {

constexpr unsigned kCalls = 50'000, kLastCommand = BPF_PROG_BIND_MAP + 2, kOpenFiles = 40;
constexpr uint64_t kArenaAddress = 1 << 20;
const std::vector<uint8_t> kCode =
    ebpf::insns_to_bytes({ebpf_test::mov(0, 2), ebpf_test::exit_insn()});

// A process whose memory is one small arena: any other address is EFAULT.
class ArenaProcess {
 public:
  explicit ArenaProcess(Lab& lab) : lab_(lab), arena_(16384) {
    host::Caller& caller = lab.process.caller();
    caller.read = [this](uint64_t address, std::span<uint8_t> to) {
      const uint8_t* from = find(address, to.size());
      if (from != nullptr) std::memcpy(to.data(), from, to.size());
      return from != nullptr;
    };
    caller.write = [this](uint64_t address, std::span<const uint8_t> from) {
      uint8_t* to = find(address, from.size());
      if (to != nullptr) std::memcpy(to, from.data(), from.size());
      return to != nullptr;
    };
  }

  std::vector<uint8_t>& arena() { return arena_; }
  // What calls are made about: without it hardly any would come past its first check.
  void make_objects() {
    call(BPF_MAP_CREATE, {BPF_MAP_TYPE_HASH | 4ull << 32, 8 | 4ull << 32}, 144);
    call(BPF_MAP_CREATE, {BPF_MAP_TYPE_ARRAY | 4ull << 32, 8 | 4ull << 32}, 144);
    std::memcpy(arena_.data() + 2048, kCode.data(), kCode.size());
    call(BPF_PROG_LOAD,
         {BPF_PROG_TYPE_XDP | 2ull << 32, kArenaAddress + 2048, kArenaAddress + 3000}, 144);
    EXPECT_GE(lab_.process.open_files(), 3u);
  }
  long call(int command, const std::vector<uint64_t>& words, uint32_t bytes) {
    std::memcpy(arena_.data(), words.data(), words.size() * 8);
    return lab_.system.bpf.call(lab_.process.caller(), command, kArenaAddress, bytes);
  }

 private:
  uint8_t* find(uint64_t address, size_t bytes) {
    if (address < kArenaAddress || bytes > arena_.size()) return nullptr;
    const uint64_t at = address - kArenaAddress;
    return at <= arena_.size() - bytes ? arena_.data() + at : nullptr;
  }

  Lab& lab_;
  std::vector<uint8_t> arena_;
};

// Words that mean something here and there: descriptors, addresses, small numbers, extremes.
uint64_t random_word(base::Rng& rng, uint32_t ifindex) {
  const auto half = [&]() -> uint64_t {
    switch (rng.below(6)) {
      case 0:
        return rng.below(kOpenFiles + 8);
      case 1:
        return rng.below(5);
      case 2:
        return ifindex;
      case 3:
        return uint64_t{1} << rng.below(32);
      case 4:
        return 0;
      default:
        return static_cast<uint32_t>(rng.next());
    }
  };
  if (rng.below(3) == 0) return kArenaAddress + rng.below(16384 + 64);
  return half() | half() << 32;
}

TEST(BpfRandomCalls, AreAnswered) {
  Lab lab;
  Device& asic = lab.add_asic(2);
  lab.add_ingress(lab.port(asic, 0));
  ArenaProcess process(lab);
  process.make_objects();
  base::Rng rng(7);
  unsigned succeeded = 0;
  for (unsigned i = 0; i < kCalls; ++i) {
    if (i % 16 == 0) {
      for (size_t at = 4096; at < process.arena().size(); at += 8)
        std::memcpy(process.arena().data() + at, kCode.data() + rng.below(2) * 8, 8);
    }
    std::vector<uint64_t> words(18);
    const size_t used = rng.below(rng.below(8) == 0 ? words.size() : 5) + 1;
    for (size_t word = 0; word < used; ++word) {
      words[word] =
          rng.below(3) == 0 ? 0 : random_word(rng, static_cast<uint32_t>(lab.ifindex(asic)));
    }
    // The form of the commands on one entry: a descriptor, a key, a value.
    if (rng.below(4) == 0) words = {3 + rng.below(6), kArenaAddress + 4096, kArenaAddress + 8192};
    const auto command = static_cast<int>(rng.below(kLastCommand + 1));
    const uint32_t bytes = rng.below(8) == 0 ? static_cast<uint32_t>(rng.below(5000)) : 144;
    succeeded += process.call(command, words, bytes) >= 0;
    if (lab.process.open_files() <= kOpenFiles) continue;
    lab.process.close_all();
    process.make_objects();
  }
  EXPECT_GT(succeeded, kCalls / 100);
  lab.process.close_all();
  lab.pins.clear();
  lab.remove_asic(asic);
  lab.system.objects.settle();
  for (const auto kind : {host::ObjectKind::kProg, host::ObjectKind::kMap, host::ObjectKind::kLink,
                          host::ObjectKind::kBtf})
    EXPECT_EQ(lab.system.objects.count(kind), 0u) << to_string(kind);
}

}  // namespace
}  // namespace host_test
