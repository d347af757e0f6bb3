// Fixed-size values in numbered slots: addresses never move, memory is taken when first used.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "base/bits.h"

namespace ebpf {

class SlotStore {
 public:
  // `memory` is for all slots, round_up(value_bytes, 8) bytes each; nullptr: memory of our own.
  SlotStore(uint32_t value_bytes, uint32_t slots, std::shared_ptr<uint8_t[]> memory)
      : stride_(base::round_up(value_bytes, 8)),
        slots_(slots),
        slots_per_block_(memory ? slots : std::max<size_t>(1, kBlockBytes / stride_)),
        is_foreign_(memory != nullptr),
        blocks_((slots + slots_per_block_ - 1) / slots_per_block_, std::move(memory)) {}

  // `slot` is below the number of slots; the memory is zero when first used.
  uint8_t* value(uint32_t slot) {
    std::shared_ptr<uint8_t[]>& block = blocks_[slot / slots_per_block_];
    if (!block) block = std::make_shared<uint8_t[]>(slots_per_block_ * stride_);
    return block.get() + slot % slots_per_block_ * stride_;
  }

  // As value(), but nullptr where memory was never taken.
  const uint8_t* peek(uint32_t slot) const {
    const uint8_t* block = blocks_[slot / slots_per_block_].get();
    return block == nullptr ? nullptr : block + slot % slots_per_block_ * stride_;
  }

  uint32_t slots() const { return slots_; }

  void zero() {
    if (is_foreign_) {
      std::memset(blocks_[0].get(), 0, slots_ * stride_);
    } else {
      for (auto& block : blocks_) block.reset();
    }
  }

 private:
  static constexpr size_t kBlockBytes = 16 * 1024;

  size_t stride_;
  uint32_t slots_;
  size_t slots_per_block_;
  bool is_foreign_;
  std::vector<std::shared_ptr<uint8_t[]>> blocks_;
};

}  // namespace ebpf
