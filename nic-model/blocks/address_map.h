// Which memory or register of the card a memory command of a core means.
// SPDX-License-Identifier: Apache-2.0
//
// No row of isa.def with known semantics addresses CLS yet, so nothing here leads there.
#pragma once

#include <cstdint>

#include "fpc/core.h"
#include "fpc/firmware/abi.h"
#include "fpc/memory.h"

namespace nic {

enum class Target : uint8_t {
  kBad,  // no memory there, or the access crosses its end
  kCtm,  // of the core's own island: packet buffers first, then the rest
  kImem,
  kEmem,
  kEventData,  // a piece of an event's data
  kEvent,      // sends an event
  kAddThread,  // the context asks for the next packet
  kRetire,     // the context hands a finished packet back
  kSequence,   // newest and oldest packet in service
};
constexpr unsigned kTargets = static_cast<unsigned>(Target::kSequence) + 1;

struct Access {
  uint64_t address = 0;  // within the target's store
  unsigned bytes = 0;
  Target target = Target::kBad;
  bool is_atomic = false;
  // Fills the last word, which would be copied together with some of the one before it, and processors wait for that.
  uint16_t unused = 0;

  bool is_memory() const { return target >= Target::kCtm && target <= Target::kEmem; }

  // Commands of the datapath itself: their cost is in the configured datapath cycles.
  bool is_datapath() const { return target >= Target::kAddThread; }
};

Access decode_access(const fpc::MemoryCommand& command);

// The same for `bytes` bytes at an address as programs hold it: 32 bits, or 40.
Access decode_address(uint64_t address, bool is_wide, unsigned bytes);

// Where byte `offset` of the buffer of packet `number` lies in the CTM's store: none crosses a page of it, and headers of
// different packets lie in different sets of the host's caches.
constexpr uint64_t packet_address(unsigned number, unsigned offset) {
  constexpr uint64_t kStride = firmware::kCtmBufferBytes + 64;
  constexpr uint64_t kInPage = fpc::ByteStore::kPageBytes / kStride;
  return number / kInPage * fpc::ByteStore::kPageBytes + number % kInPage * kStride + offset;
}

}  // namespace nic
