// The verilated core as fpc::Core: the same words, stops, cycles and faults as the interpreter's.
// SPDX-License-Identifier: Apache-2.0
//
//   std::unique_ptr<rtl::RtlCore> core = rtl::make_core();   // nullptr without Verilator
//   core->set_code(*code);
//   core->reset(/*pc=*/0, /*slot_mask=*/0x1, /*seed=*/1, /*number=*/0);
//   fpc::Step step = core->run(/*now=*/0, /*budget=*/100000);
//
// context() and local_memory() show copies. What a caller changes in them goes into the hardware
// before the next cycle: transfer-in registers through the push port, everything else as a debugger
// would. Data of commands comes from the pull port.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "fpc/core.h"

namespace rtl {

// One word on the retirement port.
struct Retired {
  uint8_t slot = 0;
  uint16_t address = 0;
  fpc::Word word = 0;
  uint64_t cycle = 0;  // of the core's run, bubbles included
  uint32_t a = 0, b = 0, result = 0;
  enum class Kind : uint8_t {
    kNone,
    kGpr,
    kXfer,
    kLm
  } kind = Kind::kNone;  // what `result` goes to
  bool bank_b = false, both = false;
  uint16_t number = 0;  // absolute GPR, transfer register counted over all contexts, or LM word
  fpc::Flags flags;     // after the word
  uint32_t prev_a = 0, prev_r = 0;
  bool is_command = false;
};

class RtlCore : public fpc::Core {
 public:
  // Told of every word that retires, in order.
  virtual void on_retire(std::function<void(const Retired&)> listener) = 0;

  // Records waves from now on; false: the file cannot be written.
  [[nodiscard]] virtual bool record_waves(const std::string& path) = 0;

  virtual uint64_t clock_cycles() const = 0;     // halted and refilling ones included
  virtual uint64_t corrected_words() const = 0;  // single-bit ECC errors that fetch has corrected

  // A wrong decision in place of the right one (fpc_inject.svh), 0 for none; only the model for
  // tests has them.
  virtual void inject(unsigned number) = 0;

  // Which lines of the RTL have run, in the form of verilator_coverage; false: the file cannot be
  // written, or the model does not count.
  [[nodiscard]] virtual bool write_coverage(const std::string& path) const = 0;
};

// Whether this build has the model: Verilator was there.
bool is_available();

// nullptr when it is not available.
std::unique_ptr<RtlCore> make_core();

}  // namespace rtl
