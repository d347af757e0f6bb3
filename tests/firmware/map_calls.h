// Calls the map routines from packets: a test program takes call records from each packet and puts the results beside them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "fpc/firmware/link.h"
#include "tests/firmware/harness.h"

namespace map_calls {

constexpr unsigned kMaxKeyBytes = 56, kMaxValueBytes = 56;

// kAdd looks up and adds 1 to the value's first word by the memory unit's atomic.
enum class Operation : uint32_t { kLookup = 1, kUpdate = 2, kDelete = 3, kAdd = 4 };

struct Call {
  Operation operation = Operation::kLookup;
  unsigned table = 1;
  uint64_t flags = 0;
  std::vector<uint8_t> key, value;
  unsigned key_offset =
      0;  // of the key on the stack, a multiple of 4; the value lies 60 bytes behind

  // Results.
  uint64_t r0 = 0;
  std::vector<uint8_t> found =
      {};  // of a lookup that succeeded: kMaxValueBytes bytes from its address

  int error() const { return -static_cast<int>(static_cast<int64_t>(r0)); }
  bool operator==(const Call&) const = default;
};

constexpr size_t kMaxCallsPerPacket = 20;

// Calls of one list are made in order by one packet; lists run as the harness interleaves them. The strings that come back
// name what went wrong: faults, registers that a routine did not keep.
struct Outcome {
  std::vector<std::vector<Call>> packets;
  std::vector<std::string> troubles;
  uint64_t instructions = 0;
};
Outcome call(fpc::ByteStore& memory, std::vector<std::vector<Call>> packets,
             const harness::Options& options = {});

// The store that the calls run on.
const firmware::LinkedStore& program();

}  // namespace map_calls
