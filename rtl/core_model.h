// The verilated module behind a few calls, so that no generated header is seen outside one file.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "fpc/core.h"
#include "rtl/rtl_core.h"

namespace rtl {

class CoreModel {
 public:
  CoreModel();
  ~CoreModel();

  void reset(uint16_t pc, uint8_t slot_mask, uint64_t seed, unsigned number);
  void load(std::span<const fpc::Word> words);

  // What one clock cycle did.
  struct Cycle {
    bool busy, retired, fault, command, swapped;
    bool sync;  // the next one would test a signal
  };
  Cycle clock(uint64_t timestamp, bool watchdog);

  fpc::Fault fault() const;  // but for the word
  fpc::MemoryCommand command() const;
  Retired retired() const;
  uint16_t retired_address() const;
  fpc::Flags flags() const;
  unsigned ready_slots() const;
  bool is_running() const;
  unsigned current_slot() const;

  // The core stands still for these.
  void signal(unsigned slot, uint16_t mask);
  uint32_t pull(unsigned slot, unsigned number);
  void push(unsigned slot, unsigned number, uint32_t value);

  // Registers as a debugger sees and changes them; settle() makes changes count.
  void read(unsigned slot, fpc::ContextState& to) const;
  void write(unsigned slot, const fpc::ContextState& from);  // all but transfer-in registers
  std::span<uint32_t, fpc::kLmWords> local_memory();
  void settle();

  [[nodiscard]] bool record_waves(const std::string& path);
  uint64_t cycles() const { return cycles_; }
  uint64_t corrected_words() const { return corrected_; }
  void inject(unsigned number);
  [[nodiscard]] bool write_coverage(const std::string& path) const;

 private:
  void tick();
  void dump_waves(uint64_t time);
  void halted_tick();

  struct Verilated;
  std::unique_ptr<Verilated> v_;
  uint64_t cycles_ = 0;
  uint64_t corrected_ = 0;
};

}  // namespace rtl
