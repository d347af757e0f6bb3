// Interpreter and RTL side by side behind one fpc::Core: the first difference stops both.
// SPDX-License-Identifier: Apache-2.0
//
//   rtl::Lockstep core(rtl::make_core());
//   ... as any core; a card can have it among its own ...
//   if (core.difference()) print(core.difference()->text);
//
// The interpreter is the law: what callers see and change is its state, and the RTL is given the
// same. After every word the retirement port is compared (address, destination and value, flags,
// PREV_A, PREV_R), at every boundary the stop, its cycles, the command or fault, and all registers
// and local memory. After a difference the core is idle for good.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fpc/core.h"
#include "rtl/rtl_core.h"

namespace fpc {
struct Machine;
}

namespace rtl {

struct Difference {
  std::string what;  // "a3 is 0x5, the interpreter has 0x4"
  uint8_t slot = 0;
  uint16_t address = 0;      // of the word after which it shows
  uint64_t word_number = 0;  // of this core since reset
  uint64_t clock_cycle = 0;  // of the hardware, for the wave file
  std::string text;          // all of it: both states and the last words
};

class Lockstep final : public fpc::Core {
 public:
  explicit Lockstep(std::unique_ptr<RtlCore> rtl);
  ~Lockstep() override;

  void set_code(const fpc::CodeStore& code) override;
  void reset(uint16_t pc, uint8_t slot_mask, uint64_t seed, unsigned number) override;
  fpc::Step run(uint64_t now_cycles, uint32_t budget) override;
  const fpc::MemoryCommand& command() const override;
  const fpc::Fault& fault() const override;
  void signal(unsigned slot, uint16_t mask) override;
  fpc::ContextState& context(unsigned slot) override;
  std::span<uint32_t, fpc::kLmWords> local_memory() override;
  fpc::Flags flags() const override;
  unsigned ready_slots() const override;

  const std::optional<Difference>& difference() const { return difference_; }
  uint64_t words() const { return words_; }
  RtlCore& rtl() { return *rtl_; }

  // Told of every word that both have executed alike.
  void on_retire(std::function<void(const Retired&)> listener) { listener_ = std::move(listener); }

 private:
  void give_state();
  fpc::Step run_law(uint64_t now_cycles, uint32_t budget);
  std::string compare_word(const Retired& word) const;
  std::string compare_stop(const fpc::Step& law, const fpc::Step& rtl) const;
  std::string compare_state();
  fpc::Step differ(std::string what, const Retired& at);
  std::string describe(const Difference& difference) const;

  std::unique_ptr<fpc::Machine> law_;
  std::unique_ptr<RtlCore> rtl_;
  std::vector<Retired> retired_;  // of this run
  std::deque<Retired> last_;      // words before, for the report
  std::string mismatch_;
  size_t compared_ = 0;
  uint64_t words_ = 0;
  std::optional<Difference> difference_;
  std::function<void(const Retired&)> listener_;
};

}  // namespace rtl
