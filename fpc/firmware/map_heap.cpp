// First fit between the pieces in use; there are at most as many as maps.
// SPDX-License-Identifier: Apache-2.0
#include "fpc/firmware/map_heap.h"

#include <algorithm>
#include <cassert>

#include "base/bits.h"

namespace firmware {
namespace {

constexpr uint64_t kEnd = kMapHeap + kEmemBytes;

}  // namespace

std::optional<uint64_t> MapHeap::take(uint64_t bytes, uint64_t alignment) {
  uint64_t start = kMapHeap;
  for (const auto& [first, end] : used_) {
    if (first >= start && first - start >= bytes) break;
    start = base::round_up(end, alignment);
  }
  if (start > kEnd || bytes > kEnd - start) return std::nullopt;
  used_[start] = std::min(kEnd, base::round_up(start + bytes, kAlignment));
  return start;
}

void MapHeap::give_back(uint64_t address) {
  assert(used_.contains(address) && "a piece that take() did not return");
  used_.erase(address);
}

uint64_t MapHeap::largest_gap() const {
  uint64_t start = kMapHeap, largest = 0;
  for (const auto& [first, end] : used_) {
    largest = std::max(largest, first - start);
    start = end;
  }
  return std::max(largest, kEnd - start);
}

}  // namespace firmware
