// Drives any core through microcode: memory with random latency, stray signals, back-pressure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "fpc/core.h"
#include "fpc/memory.h"

namespace rtl::test {

class Driver {
 public:
  Driver(fpc::Core& core, uint64_t seed) : core_(core), random_(seed) {}

  // One run of the core and what it asks for; the words that retired. 0 and idle() when nothing is left to wait for.
  uint64_t step(uint32_t budget);

  uint64_t cycles() const { return now_; }

 private:
  struct Answer {  // a command that is under way
    uint64_t due = 0;
    fpc::MemoryCommand command;
  };
  void answer(uint64_t until);
  void complete(const fpc::MemoryCommand& command);

  fpc::Core& core_;
  std::mt19937_64 random_;
  fpc::ByteStore memory_{64 * fpc::ByteStore::kPageBytes};
  std::vector<Answer> under_way_;
  uint64_t now_ = 0;
};

}  // namespace rtl::test
