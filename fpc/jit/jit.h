// The fast engine: control-store words translated to x86-64 by traces, with the interpreter behind it.
// SPDX-License-Identifier: Apache-2.0
//
// Obeys fpc::Core as fpc::Interpreter does, cycle for cycle; what it does not translate it interprets. Cores that run the same
// CodeStore share its translation.
#pragma once

#include <cstdint>
#include <span>

#include "fpc/core.h"
#include "fpc/interpreter_p.h"

namespace fpc {

class Jit final : public Core {
 public:
  Jit();

  // Whether this host runs translated code: x86-64 that grants executable memory. Elsewhere the engine interprets.
  static bool is_available();

  void set_code(const CodeStore& code) override;
  void reset(uint16_t pc, uint8_t slot_mask, uint64_t seed, unsigned number) override;
  Step run(uint64_t now_cycles, uint32_t budget) override;
  const MemoryCommand& command() const override;
  const Fault& fault() const override;
  void signal(unsigned slot, uint16_t mask) override;
  ContextState& context(unsigned slot) override;
  std::span<uint32_t, kLmWords> local_memory() override;
  Flags flags() const override;
  unsigned ready_slots() const override;

 private:
  Machine machine_;  // a part, not a pointer: what runs next waits for every step on the way to it
};

}  // namespace fpc
