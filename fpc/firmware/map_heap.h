// The part of card memory that maps share: hands out aligned pieces, lowest first, and takes them back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "fpc/firmware/abi.h"

namespace firmware {

class MapHeap {
 public:
  static constexpr uint64_t kAlignment = 256;  // descriptors hold addresses >> 8

  // Nothing: no gap is large enough.
  std::optional<uint64_t> take(uint64_t bytes, uint64_t alignment = kAlignment);
  void give_back(uint64_t address);  // what take() returned
  uint64_t largest_gap() const;

 private:
  std::map<uint64_t, uint64_t> used_;  // first byte -> end, rounded up
};

}  // namespace firmware
