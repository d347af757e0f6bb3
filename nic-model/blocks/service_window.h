// Numbers packets as contexts get them and knows the oldest one in service: the grace period of map deletes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "nic-model/blocks/ring.h"

namespace nic {

class ServiceWindow {
 public:
  uint64_t open() {
    open_.push(true);
    return oldest_ + open_.size() - 1;
  }

  void close(uint64_t number) {
    open_[number - oldest_] = false;
    while (!open_.empty() && !open_.front()) {
      open_.pop();
      ++oldest_;
    }
  }

  bool is_empty() const { return open_.empty(); }
  uint64_t newest() const { return oldest_ + open_.size() - 1; }  // the last one opened
  uint64_t oldest() const { return oldest_; }                     // newest() + 1 when none is open

 private:
  Ring<char> open_;
  uint64_t oldest_ = 1;
};

}  // namespace nic
