// The card's time: cycle-stamped events in exact order, ties in the order in which they were scheduled.
// SPDX-License-Identifier: Apache-2.0
//
// Events within the next kSlots cycles wait in one list per cycle, found through a bitmap; later ones in a heap, from which
// they move into the wheel as time comes near. A tie between both cannot go wrong: an event moves before anything of its
// cycle can be scheduled directly.
#pragma once

#include <array>
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

  // Whether the last pop() came to a new cycle.
  bool has_moved() const { return has_moved_; }
  // Shows the next cycle's events without taking them: kind, subject, detail.
  template <typename Visit>
  void peek_next_cycle(Visit visit) const {
    const uint64_t time = next_near(now_ + 1);
    if (time == kNever) return;
    for (uint32_t i = slots_[time % kSlots].head; i != kNone; i = nodes_[i].next)
      visit(nodes_[i].kind, nodes_[i].subject, nodes_[i].detail);
  }

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
  void move_near();  // far events that the wheel reaches now
  uint64_t next_near(
      uint64_t from) const;  // the first cycle with an event, at most kSlots - 1 later

  std::array<Slot, kSlots> slots_;
  std::array<uint64_t, kSlots / 64> occupied_{};
  uint64_t occupied_groups_ = 0;  // bit g: occupied_[g] != 0
  std::vector<Node> nodes_;
  uint32_t free_ = kNone;
  std::vector<Far> far_;  // heap, earliest on top
  uint64_t order_ = 0;
  uint64_t now_ = 0;
  uint64_t size_ = 0;
  bool has_moved_ = false;
};

}  // namespace nic
