// One memory engine: banks interleaved every 16 bytes, each serving commands in the order in which they come.
// SPDX-License-Identifier: Apache-2.0
//
// A command occupies every bank that it touches for the service time of each 16-byte word in it; its signal comes `latency`
// after the last bank began. When a bank has `queue_commands` services waiting, the issuer is held until it has fewer.
// Fractions of a cycle are kept as 1/1024.
#pragma once

#include <cstdint>
#include <vector>

#include "base/divisor.h"
#include "nic-model/config.h"

namespace nic {

class MemoryEngine {
 public:
  MemoryEngine(const MemoryTiming& timing, uint32_t queue_commands);

  struct Grant {
    uint64_t start_cycles;  // when the last bank begins
    uint64_t hold_cycles;   // the issuer may go on at `now + hold_cycles`
  };
  Grant access(uint64_t now_cycles, uint64_t address, unsigned bytes, bool is_atomic);

  uint64_t commands() const { return commands_; }
  double load(uint64_t elapsed_cycles) const;  // busy fraction of the busiest bank

 private:
  struct Bank {
    uint64_t free_at = 0;  // 1/1024 cycles
    uint64_t busy = 0;
  };

  uint64_t word_service_, atomic_service_;
  uint64_t queue_commands_;
  std::vector<Bank> banks_;
  base::Divisor bank_count_;
  uint64_t commands_ = 0;
};

}  // namespace nic
