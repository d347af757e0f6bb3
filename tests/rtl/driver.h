// Drives any core through microcode: memory with random latency, stray signals, back-pressure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <utility>
#include <vector>

#include "fpc/core.h"
#include "fpc/memory.h"

namespace rtl::test {

class Driver {
 public:
  Driver(fpc::Core& core, uint64_t seed) : core_(core), random_(seed) {}

  // One run of the core and what it asks for; the words that retired.
  uint64_t step(uint32_t budget);

  // All contexts have faulted or were killed: nothing will run any more.
  bool is_over() const;

  void on_fault(std::function<void(const fpc::Fault&)> listener) {
    listener_ = std::move(listener);
  }

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
  std::function<void(const fpc::Fault&)> listener_;
  unsigned dead_ = 0;  // mask of slots
  uint64_t now_ = 0;
};

}  // namespace rtl::test
