// Numbers packets as contexts get them and knows the oldest one in service: the grace period of map deletes.
// SPDX-License-Identifier: Apache-2.0
//
// Control messages that may read maps get numbers, too.
#pragma once

#include <cstdint>

#include "nic-model/blocks/ring.h"

namespace nic {

class ServiceWindow {
 public:
  uint64_t open(bool is_packet = true) {
    packets_ += is_packet;
    open_.push(true);
    return oldest_ + open_.size() - 1;
  }

  void close(uint64_t number, bool is_packet = true) {
    packets_ -= is_packet;
    open_[number - oldest_] = false;
    while (!open_.empty() && !open_.front()) {
      open_.pop();
      ++oldest_;
    }
  }

  bool is_empty() const { return packets_ == 0; }                 // of packets
  uint64_t newest() const { return oldest_ + open_.size() - 1; }  // the last one opened
  uint64_t oldest() const { return oldest_; }                     // newest() + 1 when none is open

 private:
  Ring<char> open_;
  uint64_t oldest_ = 1;
  uint64_t packets_ = 0;
};

}  // namespace nic
