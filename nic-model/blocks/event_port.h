// Where contexts hand over events of programs: the data that they write out, and the words that send an event.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "fpc/core.h"
#include "fpc/firmware/abi.h"

namespace nic {

struct EventRequest {  // the words at kIoEvent, in order
  uint32_t map_id = 0, packet_bytes = 0, length_word = 0, pointer = 0;
  uint32_t data_bytes = 0, data_kind = 0, data_low = 0, data_high = 0;
};

// What goes to the host (nfp-fw-abi 7.2): a header, packet bytes padded to words, data.
constexpr uint64_t event_message_bytes(uint64_t packet_bytes, uint64_t data_bytes) {
  constexpr uint64_t kHeaderBytes = 24;
  return kHeaderBytes + (packet_bytes + 3) / 4 * 4 + data_bytes;
}

class EventPort {
 public:
  explicit EventPort(unsigned workers) : staged_(workers) {}

  // Keeps a piece of data for the context's next event; false: more than an event may have.
  [[nodiscard]] bool append(unsigned worker, unsigned slot, std::span<const uint8_t> piece) {
    std::vector<uint8_t>& staged = staged_[worker][slot];
    if (staged.size() + piece.size() > firmware::kMaxEventDataBytes) return false;
    staged.insert(staged.end(), piece.begin(), piece.end());
    return true;
  }

  // What the context has written since its last event; it has nothing afterwards.
  std::vector<uint8_t> take(unsigned worker, unsigned slot) {
    std::vector<uint8_t> staged;
    staged.swap(staged_[worker][slot]);
    return staged;
  }

 private:
  std::vector<std::array<std::vector<uint8_t>, fpc::kSlots>> staged_;  // by worker
};

}  // namespace nic
