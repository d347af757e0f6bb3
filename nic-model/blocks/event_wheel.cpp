// Bitmap wheel with a heap for far events.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/blocks/event_wheel.h"

#include <algorithm>
#include <bit>
#include <cassert>

namespace nic {
namespace {

constexpr unsigned kGroups = EventWheel::kSlots / 64;
static_assert(kGroups == 64, "one summary word covers all groups");

}  // namespace

EventWheel::EventWheel() = default;

void EventWheel::schedule(uint64_t time_cycles, EventKind kind, uint32_t subject, uint32_t detail) {
  assert(time_cycles >= now_ && "an event in the past");
  ++size_;
  if (time_cycles - now_ < kSlots) return insert_near(time_cycles, kind, subject, detail);
  far_.push_back({{time_cycles, kind, subject, detail}, order_++});
  std::push_heap(far_.begin(), far_.end(), is_later);
}

void EventWheel::insert_near(uint64_t time_cycles, EventKind kind, uint32_t subject,
                             uint32_t detail) {
  uint32_t index = free_;
  if (index == kNone) {
    index = static_cast<uint32_t>(nodes_.size());
    nodes_.emplace_back();
  } else {
    free_ = nodes_[index].next;
  }
  nodes_[index] = {kind, subject, detail, kNone};
  const unsigned slot = static_cast<unsigned>(time_cycles % kSlots);
  if (slots_[slot].head == kNone) {
    slots_[slot].head = index;
  } else {
    nodes_[slots_[slot].tail].next = index;
  }
  slots_[slot].tail = index;
  occupied_[slot / 64] |= uint64_t{1} << (slot % 64);
  occupied_groups_ |= uint64_t{1} << (slot / 64);
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
uint64_t EventWheel::next_near(uint64_t from) const {
  if (occupied_groups_ == 0) return kNever;
  const unsigned start = static_cast<unsigned>(from % kSlots);
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
  return from + (slot + kSlots - start) % kSlots;
}

uint64_t EventWheel::next_time() const {
  const uint64_t near = next_near(now_);
  return near != kNever || far_.empty() ? near : far_.front().event.time_cycles;
}

bool EventWheel::pop(uint64_t limit_cycles, Event& event) {
  if (size_ == 0) return false;
  uint64_t time = now_;
  has_moved_ = slots_[time % kSlots].head == kNone;
  if (has_moved_) {
    time = next_time();
    if (time >= limit_cycles) return false;
    now_ = time;
    if (!far_.empty()) move_near();
  } else if (time >= limit_cycles) {
    return false;
  }
  const unsigned slot = static_cast<unsigned>(time % kSlots);
  const uint32_t index = slots_[slot].head;
  Node& node = nodes_[index];
  event = {time, node.kind, node.subject, node.detail};
  slots_[slot].head = node.next;
  node.next = free_;
  free_ = index;
  --size_;
  if (slots_[slot].head == kNone) {
    occupied_[slot / 64] &= ~(uint64_t{1} << (slot % 64));
    if (occupied_[slot / 64] == 0) occupied_groups_ &= ~(uint64_t{1} << (slot / 64));
  }
  return true;
}

}  // namespace nic
