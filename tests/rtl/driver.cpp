// The rest of the card, at random.
// SPDX-License-Identifier: Apache-2.0
#include "tests/rtl/driver.h"

#include <algorithm>

namespace rtl::test {

using fpc::Step;
using fpc::StopReason;

void Driver::complete(const fpc::MemoryCommand& command) {
  (void)perform(command, core_.context(command.slot), memory_);  // a refusal changes nothing
  if (command.signal != 0) core_.signal(command.slot, command.signal_mask());
}

void Driver::answer(uint64_t until) {
  for (size_t i = 0; i < under_way_.size();) {
    if (under_way_[i].due > until) {
      ++i;
      continue;
    }
    const fpc::MemoryCommand command = under_way_[i].command;
    under_way_.erase(under_way_.begin() + static_cast<std::ptrdiff_t>(i));
    complete(command);
  }
}

bool Driver::is_over() const {
  for (unsigned slot = 0; slot < fpc::kSlots; ++slot)
    if ((dead_ >> slot & 1) == 0 && core_.context(slot).enabled) return false;
  return true;
}

uint64_t Driver::step(uint32_t budget) {
  answer(now_);
  const Step step = core_.run(now_, budget);
  now_ += step.cycles;
  if (step.reason == StopReason::kCommand) {
    const uint64_t latency = random_() % 3 == 0 ? 0 : random_() % 200;
    under_way_.push_back({now_ + latency, core_.command()});
    if (!core_.command().swaps) answer(~uint64_t{0});  // in order with what the program does next
    if (random_() % 4 == 0) now_ += random_() % 32;    // back-pressure
  } else if (step.reason == StopReason::kFault) {
    dead_ |= 1u << step.slot;
    if (listener_) listener_(core_.fault());
  } else if (step.reason == StopReason::kIdle) {
    if (under_way_.empty()) {
      core_.signal(static_cast<unsigned>(random_() % fpc::kSlots),
                   static_cast<uint16_t>(random_()));
    } else {
      now_ = std::ranges::min_element(under_way_, {}, &Answer::due)->due;
    }
  }
  return step.instructions;
}

}  // namespace rtl::test
