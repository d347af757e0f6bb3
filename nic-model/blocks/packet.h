// A packet on the card, and the pool in which packets live while they are there.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "nic-model/blocks/ingress.h"

namespace nic {

struct Packet {
  uint64_t sequence = 0;    // number among all packets that the source offered
  uint64_t arrival_ps = 0;  // first bit
  uint64_t last_bit_ps = 0;
  uint64_t left_ps = 0;
  uint64_t service_number = 0;  // in the order in which contexts got packets
  uint64_t reorder_place = 0;
  uint32_t verdict = 0;
  uint16_t port = 0;
  uint16_t queue = 0;                   // of the host
  std::optional<uint8_t> wanted_queue;  // by the program
  bool has_place = false;
  bool goes_to_host = false;
  Place place;
  std::vector<uint8_t> bytes;  // as received; from its verdict on as it leaves
};

class PacketPool {
 public:
  uint32_t take() {
    if (free_.empty()) {
      packets_.emplace_back();
      return static_cast<uint32_t>(packets_.size() - 1);
    }
    const uint32_t index = free_.back();
    free_.pop_back();
    return index;
  }

  void give_back(uint32_t index) {
    std::vector<uint8_t> buffer = std::move(packets_[index].bytes);
    packets_[index] = {};
    packets_[index].bytes = std::move(buffer);
    free_.push_back(index);
  }

  Packet& operator[](uint32_t index) { return packets_[index]; }  // valid until the next take()

 private:
  std::vector<Packet> packets_;
  std::vector<uint32_t> free_;
};

}  // namespace nic
