// Bank clocks of a memory engine.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/blocks/memory_engine.h"

#include <algorithm>
#include <cmath>

namespace nic {
namespace {

constexpr unsigned kFractionBits = 10;
constexpr unsigned kInterleaveBits = 4;

uint64_t fixed_point(double cycles) {
  return static_cast<uint64_t>(std::llround(std::ldexp(cycles, kFractionBits)));
}

uint64_t round_up(uint64_t fixed) {
  return (fixed + (uint64_t{1} << kFractionBits) - 1) >> kFractionBits;
}

}  // namespace

MemoryEngine::MemoryEngine(const MemoryTiming& timing, uint32_t queue_commands)
    : word_service_(fixed_point(timing.word_service_cycles)),
      atomic_service_(fixed_point(timing.atomic_service_cycles)),
      queue_commands_(queue_commands),
      banks_(timing.banks),
      bank_count_(timing.banks) {}

[[gnu::hot]] MemoryEngine::Grant MemoryEngine::access(uint64_t now_cycles, uint64_t address,
                                                      unsigned bytes, bool is_atomic) {
  ++commands_;
  const uint64_t now = now_cycles << kFractionBits;
  const uint64_t service = is_atomic ? atomic_service_ : word_service_;
  const uint64_t patience = queue_commands_ * service;
  const uint64_t first = address >> kInterleaveBits;
  const uint64_t last = (address + std::max(bytes, 1u) - 1) >> kInterleaveBits;
  uint64_t start = now;
  size_t index = bank_count_.remainder(first);
  for (uint64_t word = first; word <= last; ++word) {
    Bank& bank = banks_[index];
    index = index + 1 == banks_.size() ? 0 : index + 1;
    const uint64_t begin = std::max(now, bank.free_at);
    bank.free_at = begin + service;
    bank.busy += service;
    start = std::max(start, begin);
  }
  const uint64_t hold = start > now + patience ? start - now - patience : 0;
  return {round_up(start), round_up(hold)};
}

double MemoryEngine::load(uint64_t elapsed_cycles) const {
  if (elapsed_cycles == 0) return 0;
  uint64_t busiest = 0;
  for (const Bank& bank : banks_) busiest = std::max(busiest, bank.busy);
  return std::ldexp(static_cast<double>(busiest), -static_cast<int>(kFractionBits)) /
         static_cast<double>(elapsed_cycles);
}

}  // namespace nic
