// A packet on the card, and the pool in which packets live while they are there.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "nic-model/blocks/ingress.h"

namespace nic {

struct alignas(64) Packet {     // a line of the host's caches; its bytes are the pool's
  uint64_t sequence = 0;        // number among all packets that the source offered
  uint64_t arrival_ps = 0;      // first bit
  uint64_t last_bit_ps = 0;     // received; from its verdict on: sent, or when it ceased to be
  uint64_t service_number = 0;  // in the order in which contexts got packets
  uint64_t reorder_place = 0;
  uint32_t verdict = 0;
  uint16_t port = 0;
  uint16_t queue = 0;                   // of the host
  std::optional<uint8_t> wanted_queue;  // by the program
  bool has_place = false;
  bool goes_to_host = false;
  Place place;
  uint32_t length = 0;  // as received; from its verdict on as it leaves
};
static_assert(sizeof(Packet) == 64);

class PacketPool {
 public:
  uint32_t take() {
    if (free_.empty()) {
      packets_.emplace_back();
      bytes_.emplace_back();
      return static_cast<uint32_t>(packets_.size() - 1);
    }
    const uint32_t index = free_.back();
    free_.pop_back();
    return index;
  }

  void give_back(uint32_t index) {
    give_back_buffer(bytes_[index]);
    packets_[index] = {};
    free_.push_back(index);
  }

  // Buffers are few and warm in the host's caches, since a packet needs one on its way in and out only.
  std::vector<uint8_t> take_buffer() {
    if (buffers_.empty()) return {};
    std::vector<uint8_t> buffer = std::move(buffers_.back());
    buffers_.pop_back();
    return buffer;
  }
  void give_back_buffer(std::vector<uint8_t>& buffer) {
    if (buffer.capacity() != 0) buffers_.push_back(std::exchange(buffer, {}));
  }

  // Both are valid until the next take().
  Packet& operator[](uint32_t index) { return packets_[index]; }
  // None while all of them lie in CTM, and when the packet is dropped.
  std::vector<uint8_t>& bytes_of(uint32_t index) { return bytes_[index]; }

 private:
  std::vector<std::vector<uint8_t>> buffers_;
  std::vector<Packet> packets_;
  std::vector<std::vector<uint8_t>> bytes_;
  std::vector<uint32_t> free_;
};

}  // namespace nic
