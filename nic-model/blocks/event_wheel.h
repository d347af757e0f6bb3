// The card's time: cycle-stamped events in exact order, ties in the order in which they were scheduled.
// SPDX-License-Identifier: Apache-2.0
//
// Events within the next kSlots cycles wait in one list per cycle, found through a bitmap; later ones in a heap, from which
// they move into the wheel as time comes near. A tie between both cannot go wrong: an event moves before anything of its
// cycle can be scheduled directly.
#pragma once

#include <array>
#include <cassert>
#include <cstdint>
#include <vector>

namespace nic {

enum class EventKind : uint8_t {
  kArrival,   // the first bit of the source's next packet
  kReceived,  // subject: packet whose last bit is in
  kInCtm,     // subject: packet that a context may have
  kRun,       // subject: worker that goes on
  kCommand,   // subject: worker whose memory command is issued
  kFault,     // subject: worker whose context stopped
  kSignal,    // subject: worker; detail: Signal
  kAtPort,    // subject: packet that joins its port's queue
  kLeft,      // subject: packet whose last bit is out, or in host memory
  kReload,    // a new program is on the card, or the last packet of the old one has its verdict
};

struct Event {
  uint64_t time_cycles = 0;
  EventKind kind{};
  uint32_t subject = 0;
  uint32_t detail = 0;
};

class EventWheel {
 public:
  static constexpr unsigned kSlots = 4096;

  EventWheel();

  // Not before now().
  void schedule(uint64_t time_cycles, EventKind kind, uint32_t subject, uint32_t detail = 0);

  // The next event before `limit_cycles`; false: there is none.
  bool pop(uint64_t limit_cycles, Event& event);

  bool empty() const { return size_ == 0; }
  uint64_t now() const { return now_; }
  uint64_t next_time() const;  // of the next event; ~0 when empty

 private:
  static constexpr uint32_t kNone = ~uint32_t{0};
  static constexpr uint64_t kNever = ~uint64_t{0};
  struct Node {  // its time is its slot's
    EventKind kind{};
    uint32_t subject = 0;
    uint32_t detail = 0;
    uint32_t next = kNone;
  };
  struct Slot {
    uint32_t head = kNone, tail = kNone;
  };
  struct Far {
    Event event;
    uint64_t order;
  };
  static bool is_later(const Far& a, const Far& b) {
    return a.event.time_cycles != b.event.time_cycles ? a.event.time_cycles > b.event.time_cycles
                                                      : a.order > b.order;
  }

  void insert_near(uint64_t time_cycles, EventKind kind, uint32_t subject, uint32_t detail);
  void insert_far(const Event& event);
  void move_near();  // far events that the wheel reaches now
  uint64_t next_near() const;

  std::array<Slot, kSlots> slots_;
  std::array<uint64_t, kSlots / 64> occupied_{};
  uint64_t occupied_groups_ = 0;  // bit g: occupied_[g] != 0
  std::vector<Node> nodes_;
  uint32_t free_ = kNone;
  std::vector<Far> far_;  // heap, earliest on top
  uint64_t order_ = 0;
  uint64_t now_ = 0;
  uint64_t size_ = 0;
};

// Here, because every event passes through them.

inline void EventWheel::schedule(uint64_t time_cycles, EventKind kind, uint32_t subject,
                                 uint32_t detail) {
  assert(time_cycles >= now_ && "an event in the past");
  ++size_;
  if (time_cycles - now_ < kSlots) return insert_near(time_cycles, kind, subject, detail);
  insert_far({time_cycles, kind, subject, detail});
}

inline void EventWheel::insert_near(uint64_t time_cycles, EventKind kind, uint32_t subject,
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

inline bool EventWheel::pop(uint64_t limit_cycles, Event& event) {
  if (size_ == 0) return false;
  uint64_t time = now_;
  if (slots_[time % kSlots].head == kNone) {
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
