// Pieces of a caller's memory in one block of bytes: what a call has changed, to be written by the front end when it is over, and
// what a call will read, sent along by the front end.
// SPDX-License-Identifier: Apache-2.0
//
// A record is the address, the size (both 64 bits), the bytes. Records are in the order of the call; of two that overlap the later one wins.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bits.h"

namespace interpose {

inline void append_record(std::vector<uint8_t>& records, uint64_t address,
                          std::span<const uint8_t> bytes) {
  const size_t at = records.size();
  records.resize(at + 16);
  base::store_le<uint64_t>(&records[at], address);
  base::store_le<uint64_t>(&records[at + 8], bytes.size());
  records.insert(records.end(), bytes.begin(), bytes.end());
}

// False: `visit(address, bytes)` was, or the records are malformed.
template <typename Visit>
bool for_each_record(std::span<const uint8_t> records, const Visit& visit) {
  while (!records.empty()) {
    if (records.size() < 16) return false;
    const auto address = base::load_le<uint64_t>(records.data());
    const auto size = base::load_le<uint64_t>(records.data() + 8);
    records = records.subspan(16);
    if (size > records.size() || !visit(address, records.first(size))) return false;
    records = records.subspan(size);
  }
  return true;
}

}  // namespace interpose
