// The reference engine: executes decoded control-store words one by one.
// SPDX-License-Identifier: Apache-2.0
//
//   Result<CodeStore> code = CodeStore::create(words);
//   Interpreter core;
//   core.set_code(*code);
//   core.reset(/*pc=*/0, /*slot_mask=*/0x1, /*seed=*/1, /*number=*/0);
//   Step step = core.run(/*now=*/0, /*budget=*/100000);
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "fpc/core.h"

namespace fpc {

// Before the word at `address` executes, bank A and bank B must agree in every register of
// `registers` (bit n: number n). A compiler that mirrors registers knows where: at the first word
// of each of its source instructions.
struct MirrorPoint {
  uint16_t address = 0;
  uint32_t registers = 0;
};

class Interpreter final : public Core {
 public:
  Interpreter();
  ~Interpreter() override;

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

  // Arms the check for kMirrorMismatch; an empty list disarms it. Costs time only while armed.
  // Survives reset().
  void check_mirrors(std::span<const MirrorPoint> points);

 private:
  std::unique_ptr<struct Machine> machine_;
};

}  // namespace fpc
