// Bitmap wheel with a heap for far events.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/blocks/event_wheel.h"

#include <algorithm>
#include <bit>

namespace nic {
namespace {

constexpr unsigned kGroups = EventWheel::kSlots / 64;

}  // namespace

EventWheel::EventWheel() = default;

void EventWheel::add_node() {
  nodes_.emplace_back();
  free_ = static_cast<uint32_t>(nodes_.size() - 1);
}

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

// A near event has come since, or the far ones are next.
bool EventWheel::find_ahead(uint64_t limit_cycles) {
  if (size_ == 0) return false;
  uint64_t time = next_near();
  if (time == kNever) {
    time = far_.front().event.time_cycles;
    if (time >= limit_cycles) return false;
    now_ = time;
    move_near();
  }
  take_out(time);
  return true;
}

// The event comes before the one that was next, which goes back to the head of its cycle.
void EventWheel::overtake(const Event& event) {
  if (free_ == kNone) add_node();
  const uint32_t index = free_;
  free_ = nodes_[index].next;
  const unsigned number = static_cast<unsigned>(ahead_.time_cycles % kSlots);
  Slot& slot = slots_[number];
  nodes_[index] = {ahead_.kind, ahead_.subject, ahead_.detail, slot.head};
  if (slot.tail == kNone) slot.tail = index;
  slot.head = index;
  occupied_[number / 64] |= uint64_t{1} << (number % 64);
  ahead_ = event;
}

// Looks at the rest of the current group, then at the groups after it, around the circle and back to the cycles of the
// current group that are past. None is taken out.
[[gnu::hot]] uint64_t EventWheel::next_near() const {
  if (size_ == far_.size()) return kNever;
  if (const uint64_t in_group = next_in_group(); in_group != 0) {
    return now_ + static_cast<unsigned>(std::countr_zero(in_group));
  }
  const unsigned start = static_cast<unsigned>(now_ % kSlots);
  for (unsigned ahead = 1; ahead <= kGroups; ++ahead) {
    const unsigned group = (start / 64 + ahead) % kGroups;
    if (occupied_[group] == 0) continue;
    const unsigned slot = group * 64 + static_cast<unsigned>(std::countr_zero(occupied_[group]));
    return now_ + (slot + kSlots - start) % kSlots;
  }
  return kNever;
}

[[gnu::hot]] uint64_t EventWheel::next_time() const {
  if (has_ahead_) return ahead_.time_cycles;
  const uint64_t near = next_near();
  return near != kNever || far_.empty() ? near : far_.front().event.time_cycles;
}

}  // namespace nic
