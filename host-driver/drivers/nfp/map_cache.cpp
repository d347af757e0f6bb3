// Searches the kept entries.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/drivers/nfp/map_cache.h"

#include <algorithm>

namespace host::nfp {

size_t MapCache::find(std::span<const uint8_t> key, uint64_t now_ps) const {
  if (now_ps > until_ps_) return entries_.size();
  const auto found = std::ranges::find_if(
      entries_, [&](const Entry& entry) { return std::ranges::equal(entry.key, key); });
  return static_cast<size_t>(found - entries_.begin());
}

const std::vector<uint8_t>* MapCache::lookup(std::span<const uint8_t> key, uint64_t now_ps) const {
  const size_t at = find(key, now_ps);
  return at < entries_.size() ? &entries_[at].value : nullptr;
}

const std::vector<uint8_t>* MapCache::next_key(std::span<const uint8_t> key,
                                               uint64_t now_ps) const {
  const size_t next = find(key, now_ps) + 1;
  return next < entries_.size() ? &entries_[next].key : nullptr;
}

}  // namespace host::nfp
