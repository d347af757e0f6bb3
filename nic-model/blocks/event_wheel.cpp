// Bitmap wheel with a heap for far events.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/blocks/event_wheel.h"

#include <algorithm>
#include <bit>

namespace nic {
namespace {

constexpr unsigned kGroups = EventWheel::kSlots / 64;
static_assert(kGroups == 64, "one summary word covers all groups");

}  // namespace

EventWheel::EventWheel() = default;

void EventWheel::insert_far(const Event& event) {
  far_.push_back({event, order_++});
  std::push_heap(far_.begin(), far_.end(), is_later);
}

void EventWheel::move_near() {
  while (!far_.empty() && far_.front().event.time_cycles - now_ < kSlots) {
    std::pop_heap(far_.begin(), far_.end(), is_later);
    const Event& event = far_.back().event;
    insert_near(event.time_cycles, event.kind, event.subject, event.detail);
    far_.pop_back();
  }
}

// Looks at the rest of the current group, then at the groups after it, around the circle.
uint64_t EventWheel::next_near() const {
  if (occupied_groups_ == 0) return kNever;
  const unsigned start = static_cast<unsigned>(now_ % kSlots);
  const unsigned group = start / 64;
  const uint64_t rest = occupied_[group] & (~uint64_t{0} << (start % 64));
  unsigned slot = 0;
  if (rest != 0) {
    slot = group * 64 + static_cast<unsigned>(std::countr_zero(rest));
  } else {
    const int shift = static_cast<int>((group + 1) % kGroups);
    const unsigned ahead =
        static_cast<unsigned>(std::countr_zero(std::rotr(occupied_groups_, shift)));
    const unsigned found = (group + 1 + ahead) % kGroups;
    slot = found * 64 + static_cast<unsigned>(std::countr_zero(occupied_[found]));
  }
  return now_ + (slot + kSlots - start) % kSlots;
}

uint64_t EventWheel::next_time() const {
  const uint64_t near = next_near();
  return near != kNever || far_.empty() ? near : far_.front().event.time_cycles;
}

}  // namespace nic
