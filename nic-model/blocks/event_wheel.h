// The card's time: cycle-stamped events in exact order, ties in the order in which they were scheduled.
// SPDX-License-Identifier: Apache-2.0
//
// Events within the next kSlots cycles wait in one list per cycle, found through a bitmap; later ones in a heap, from which
// they move into the wheel as time comes near. A tie between both cannot go wrong: an event moves before anything of its
// cycle can be scheduled directly.
//
// Whether a cycle has one event or two is chance that no branch predictor knows, so the way of an event through its list has
// no branch: masks do it, since compilers make branches of conditional expressions. For the same reason the next event is taken out
// while the one before it is handled: what jumps by its kind knows it at once, so that a jump that was guessed wrong costs little.
// An event that is scheduled before it, which is seldom, puts it back.
#pragma once

#include <array>
#include <bit>
#include <cassert>
#include <cstdint>
#include <vector>

namespace nic {

enum class EventKind : uint8_t {
  kArrival,   // the first bit of the source's next packet
  kReceived,  // subject: packet whose last bit is in
  kInCtm,     // subject: packet that a context may have
  kRun,       // subject: worker that goes on
  // A worker's command is issued; subject: the worker. What every packet does has kinds of its own: which event comes next is
  // chance that no branch predictor knows, so as much as possible is decided with it.
  kCtmCommand,     // to its island's CTM
  kSharedCommand,  // to IMEM or EMEM
  kAskCommand,     // for a packet
  kRetireCommand,  // of a finished packet
  kCommand,        // any other
  kFault,          // subject: worker whose context stopped
  kSignal,         // subject: worker; detail: Signal
  kAtPort,         // subject: packet that joins its port's queue
  kLeft,           // subject: packet whose last bit is out, or in host memory
  kControl,        // subject: ControlEvent of the control core or of the host's port
  kTransmit,       // subject: packet of the host; detail: TransmitStage
  kReload,  // a new program is on the card, or the last packet of the old one has its verdict
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
  static constexpr uint32_t kNone =
      0;  // a node that belongs to no event: what is written to it is lost
  static constexpr uint64_t kNever = ~uint64_t{0};
  struct Node {  // its time is its slot's
    EventKind kind{};
    uint32_t subject = 0;
    uint32_t detail = 0;
    uint32_t next = kNone;
  };
  struct Slot {
    uint32_t head = kNone, tail = kNone;  // both none, or both some
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
  void move_near();   // far events that the wheel reaches now
  void look_ahead();  // takes out the next near one
  void take_out(uint64_t time_cycles);
  bool find_ahead(uint64_t limit_cycles);  // where look_ahead() saw none; false: none before
  void overtake(const Event& event);
  void add_node();
  uint64_t next_near() const;
  uint64_t next_in_group() const {  // bits of now() and the cycles after it in its group
    const unsigned start = static_cast<unsigned>(now_ % kSlots);
    return occupied_[start / 64] >> (start % 64);
  }

  std::array<Slot, kSlots> slots_;
  std::array<uint64_t, kSlots / 64> occupied_{};
  std::vector<Node> nodes_ = std::vector<Node>(1);
  uint32_t free_ = kNone;
  std::vector<Far> far_;    // heap, earliest on top
  Event ahead_;             // the next one, taken out of its list; time 0 when there is none
  bool has_ahead_ = false;  // there is one unless no event was near when it was looked for
  uint64_t order_ = 0;
  uint64_t now_ = 0;
  uint64_t size_ = 0;
};

// Here, because every event passes through them.

inline void EventWheel::schedule(uint64_t time_cycles, EventKind kind, uint32_t subject,
                                 uint32_t detail) {
  assert(time_cycles >= now_ && "an event in the past");
  ++size_;
  if (time_cycles < ahead_.time_cycles) [[unlikely]]
    return overtake({time_cycles, kind, subject, detail});
  if (time_cycles - now_ >= kSlots) [[unlikely]]
    return insert_far({time_cycles, kind, subject, detail});
  insert_near(time_cycles, kind, subject, detail);
}

inline void EventWheel::insert_near(uint64_t time_cycles, EventKind kind, uint32_t subject,
                                    uint32_t detail) {
  if (free_ == kNone) [[unlikely]] {
    add_node();
    return insert_near(time_cycles, kind, subject, detail);
  }
  const uint32_t index = free_;
  Node* const nodes = nodes_.data();
  free_ = nodes[index].next;
  nodes[index] = {kind, subject, detail, kNone};
  const unsigned number = static_cast<unsigned>(time_cycles % kSlots);
  Slot& slot = slots_[number];
  nodes[slot.tail].next = index;
  slot.head |= index & (uint32_t{slot.tail != kNone} - 1);
  slot.tail = index;
  occupied_[number / 64] |= uint64_t{1} << (number % 64);
}

inline bool EventWheel::pop(uint64_t limit_cycles, Event& event) {
  if (!has_ahead_ && !find_ahead(limit_cycles)) [[unlikely]]
    return false;
  if (ahead_.time_cycles >= limit_cycles) return false;
  const Event next = ahead_;
  now_ = next.time_cycles;
  --size_;
  if (!far_.empty()) [[unlikely]]
    move_near();
  look_ahead();
  // One by one, so that they stay in registers: the kind is wanted at once.
  event.time_cycles = next.time_cycles;
  event.kind = next.kind;
  event.subject = next.subject;
  event.detail = next.detail;
  return true;
}

inline void EventWheel::look_ahead() {
  const uint64_t in_group = next_in_group();
  const uint64_t time =
      in_group != 0 ? now_ + static_cast<unsigned>(std::countr_zero(in_group)) : next_near();
  if (time == kNever) [[unlikely]] {
    has_ahead_ = false;
    ahead_.time_cycles = 0;
    return;
  }
  take_out(time);
}

inline void EventWheel::take_out(uint64_t time) {
  const unsigned number = static_cast<unsigned>(time % kSlots);
  Slot& slot = slots_[number];
  const uint32_t index = slot.head;
  Node& node = nodes_[index];
  ahead_ = {time, node.kind, node.subject, node.detail};
  has_ahead_ = true;
  const bool is_last = index == slot.tail;
  slot.head = node.next & (uint32_t{is_last} - 1);
  slot.tail &= uint32_t{is_last} - 1;
  occupied_[number / 64] &= ~(uint64_t{is_last} << (number % 64));
  node.next = free_;
  free_ = index;
}

}  // namespace nic
