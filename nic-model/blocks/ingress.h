// Ingress: CTM buffers and packet credits of the islands, and which island a packet goes to.
// SPDX-License-Identifier: Apache-2.0
//
// A packet takes one credit and one CTM buffer of the smallest class that holds it, and gives both back when it has left.
// Islands take turns; one that has no room is passed over.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "nic-model/blocks/loss.h"
#include "nic-model/config.h"

namespace nic {

struct Place {  // where a packet lives while it is on the card
  uint16_t island = 0;
  uint16_t number = 0;  // packet number within the island
  uint16_t buffer_bytes = 0;
};

class Ingress {
 public:
  // `islands`: those that have workers.
  Ingress(const Config& config, unsigned islands);

  // `loss` says why when nothing is returned.
  std::optional<Place> admit(uint64_t frame_bytes, Loss& loss);
  void release(const Place& place);

  bool is_lossless() const { return lossless_; }  // sources wait for room

 private:
  struct Island {
    std::vector<uint16_t> free_numbers;  // each one is a credit
    uint32_t free_bytes = 0;
  };

  bool lossless_;
  std::vector<Island> islands_;
  unsigned next_island_ = 0;
};

}  // namespace nic
