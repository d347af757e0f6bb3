// Reorder: packets with a verdict go on in the order in which their port received them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "nic-model/blocks/ring.h"

namespace nic {

class Reorder {
 public:
  static constexpr uint32_t kNothing = ~uint32_t{0};  // a packet that goes nowhere: dropped

  explicit Reorder(unsigned ports) : lanes_(ports) {}

  // The place of the next packet of a port, to be handed back with retire().
  uint64_t enter(unsigned port) {
    Lane& lane = lanes_[port];
    lane.entries.push({});
    return lane.first + lane.entries.size() - 1;
  }

  // Appends the packets that may go on now to `released`.
  void retire(unsigned port, uint64_t place, uint32_t packet, std::vector<uint32_t>& released) {
    Lane& lane = lanes_[port];
    lane.entries[place - lane.first] = {packet, true};
    while (!lane.entries.empty() && lane.entries.front().is_retired) {
      if (lane.entries.front().packet != kNothing) released.push_back(lane.entries.front().packet);
      lane.entries.pop();
      ++lane.first;
    }
  }

 private:
  struct Entry {
    uint32_t packet = kNothing;
    bool is_retired = false;
  };
  struct Lane {
    Ring<Entry> entries;
    uint64_t first = 0;  // place of the front entry
  };
  std::vector<Lane> lanes_;
};

}  // namespace nic
