// The driver's memory of the last multi-entry reply: answers look-ups and steps of a walk for 250 us.
// SPDX-License-Identifier: Apache-2.0
//
// Updates and deletes block it: while one is on its way nothing is kept, and a reply that began before one ended is not kept.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace host::nfp {

class MapCache {
 public:
  static constexpr uint64_t kValidPs = 250'000'000;

  struct Entry {
    std::vector<uint8_t> key, value;
  };

  void block() {
    ++blockers_;
    entries_.clear();
  }
  void unblock() {
    --blockers_;
    ++generation_;
  }
  bool is_blocked() const { return blockers_ != 0; }
  uint64_t generation() const { return generation_; }

  // Keeps a reply to a request that began in `generation`.
  void fill(std::vector<Entry> entries, uint64_t generation, uint64_t now_ps) {
    if (is_blocked() || generation != generation_) return;
    entries_ = std::move(entries);
    until_ps_ = now_ps + kValidPs;
  }

  const std::vector<uint8_t>* lookup(std::span<const uint8_t> key, uint64_t now_ps) const;
  const std::vector<uint8_t>* next_key(std::span<const uint8_t> key, uint64_t now_ps) const;

 private:
  size_t find(std::span<const uint8_t> key, uint64_t now_ps) const;  // entries_.size(): not there

  std::vector<Entry> entries_;
  uint64_t until_ps_ = 0;
  uint64_t generation_ = 0;
  unsigned blockers_ = 0;
};

}  // namespace host::nfp
