// The translating engine beside the interpreter: after every run the same stop, cycles, command and state.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "fpc/code_store.h"
#include "fpc/ecc.h"
#include "fpc/interpreter.h"
#include "fpc/jit/jit.h"
#include "fpc/memory.h"
#include "tests/fpc/random_words.h"

namespace fpc::test {
namespace {

constexpr unsigned kWords = 200;

bool same(const MemoryCommand& x, const MemoryCommand& y) {
  return x.op == y.op && x.slot == y.slot && x.xfer == y.xfer && x.length == y.length &&
         x.signal == y.signal && x.swaps == y.swaps && x.wide == y.wide && x.is64 == y.is64 &&
         x.has_data16 == y.has_data16 && x.data16 == y.data16 && x.address == y.address;
}

// Two engines that are given the same words, states, signals and memory.
class Lockstep {
 public:
  Lockstep(const std::vector<Word>& words, uint64_t seed) : code_(*CodeStore::create(words)) {
    for (Core* core : cores()) {
      std::mt19937_64 random(seed);
      core->set_code(code_);
      core->reset(0, 0b1111, seed, 7);
      randomize(*core, static_cast<unsigned>(words.size()), random);
    }
  }

  // Empty, or what differs.
  std::string step(uint32_t budget, std::mt19937_64& random) {
    const Step a = law_.run(now_, budget), b = fast_.run(now_, budget);
    if (a.reason != b.reason || a.slot != b.slot || a.cycles != b.cycles ||
        a.instructions != b.instructions)
      return fmt::format("stop {} {} {} {}, translated {} {} {} {}", static_cast<int>(a.reason),
                         a.slot, a.cycles, a.instructions, static_cast<int>(b.reason), b.slot,
                         b.cycles, b.instructions);
    words_ += a.instructions;
    now_ += a.cycles;
    if (a.reason == StopReason::kFault &&
        (law_.fault().kind != fast_.fault().kind || law_.fault().address != fast_.fault().address))
      return fmt::format("fault {} at {}, translated {} at {}", to_string(law_.fault().kind),
                         law_.fault().address, to_string(fast_.fault().kind),
                         fast_.fault().address);
    if (a.reason == StopReason::kCommand) {
      if (!same(law_.command(), fast_.command())) return "command";
      const MemoryCommand command = law_.command();
      if (perform(command, law_.context(command.slot), law_memory_) !=
          perform(command, fast_.context(command.slot), fast_memory_))
        return "memory";
      signal(command.slot, command.signal_mask());
    } else if (a.reason == StopReason::kIdle) {
      signal(static_cast<unsigned>(random() % kSlots), static_cast<uint16_t>(random()));
    }
    return difference();
  }

  uint64_t words() const { return words_; }

 private:
  std::array<Core*, 2> cores() { return {&law_, &fast_}; }
  void signal(unsigned slot, uint16_t mask) {
    for (Core* core : cores()) core->signal(slot, mask);
  }
  std::string difference() {
    for (unsigned s = 0; s < kSlots; ++s)
      if (law_.context(s) != fast_.context(s))
        return fmt::format("context {}{}", s, register_of(s));
    if (law_.flags() != fast_.flags()) return "flags";
    if (!std::ranges::equal(law_.local_memory(), fast_.local_memory())) return "local memory";
    return law_.ready_slots() == fast_.ready_slots() ? "" : "ready contexts";
  }
  std::string register_of(unsigned s) {
    const ContextState &x = law_.context(s), &y = fast_.context(s);
    std::string names;
    for (unsigned n = 0; n < kRelativeGprs; ++n) {
      if (x.a[n] != y.a[n]) names += fmt::format(" a{} {:#x}/{:#x}", n, x.a[n], y.a[n]);
      if (x.b[n] != y.b[n]) names += fmt::format(" b{} {:#x}/{:#x}", n, x.b[n], y.b[n]);
    }
    for (unsigned n = 0; n < 4; ++n)
      if (x.lm_addr[n] != y.lm_addr[n])
        names += fmt::format(" lm_addr{} {:#x}/{:#x}", n, x.lm_addr[n], y.lm_addr[n]);
    return names;
  }

  CodeStore code_;
  Interpreter law_;
  Jit fast_;
  ByteStore law_memory_{64 * ByteStore::kPageBytes}, fast_memory_{64 * ByteStore::kPageBytes};
  uint64_t now_ = 0, words_ = 0;
};

TEST(JitLockstep, RandomWordsGiveTheSame) {
  ASSERT_TRUE(Jit::is_available());
  std::mt19937_64 random(4711);
  uint64_t executed = 0;
  for (unsigned program = 0; program < 2'000; ++program) {
    std::vector<Word> words;
    for (unsigned i = 0; i < kWords; ++i) words.push_back(with_ecc(random_word(kWords, random)));
    Lockstep both(words, program);
    for (unsigned i = 0; i < 400; ++i) {
      const std::string found = both.step(2'000, random);
      ASSERT_EQ(found, "") << "program " << program << ", run " << i;
    }
    executed += both.words();
  }
  RecordProperty("words", std::to_string(executed));
  EXPECT_GT(executed, 400'000u) << "programs fault before they do anything";
}

TEST(JitLockstep, ProgramsThatKeepGoingGiveTheSame) {
  ASSERT_TRUE(Jit::is_available());
  const char* wanted = std::getenv("MILLRACE_LOCKSTEP_WORDS");
  const uint64_t enough = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 3'000'000;
  uint64_t executed = 0;
  for (unsigned program = 0; executed < enough; ++program) {
    std::mt19937_64 random(program);
    Lockstep both(random_program(400, random), program);
    for (unsigned i = 0; i < 200; ++i) {
      const std::string found = both.step(3'000, random);
      ASSERT_EQ(found, "") << "program " << program << ", run " << i;
    }
    executed += both.words();
  }
}

}  // namespace
}  // namespace fpc::test
