// Places of a walk: a slot of a host map, the last key of a device's.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/syscall/map_walk.h"

#include <cerrno>

#include "base/bits.h"
#include "host-driver/offload_core.h"
#include "host-driver/syscall/map_access.h"

namespace host {

namespace {

constexpr size_t kMaxKeptPlaces = 64;

}  // namespace

int MapWalk::restore(uint32_t place) {
  if (!bpf_map_is_dev_bound(map_)) {
    slot_ = place;
    return 0;
  }
  const std::lock_guard guard(map_->lock);
  const auto found = map_->batch_keys.find(place);
  if (found == map_->batch_keys.end()) return -ENOENT;
  last_key_ = std::move(found->second);
  map_->batch_keys.erase(found);
  return 0;
}

int MapWalk::next(std::vector<uint8_t>* key) {
  key->resize(map_->key_size);
  if (bpf_map_is_dev_bound(map_)) {
    if (const int error = next_entry(map_, last_key_, *key); error != 0) return error;
    last_key_ = *key;
    return 0;
  }
  const std::lock_guard guard(map_->lock);
  if (!map_->host->key_from(slot_, *key)) return -ENOENT;
  slot_ = *map_->host->find(*key) + 1;
  return 0;
}

int MapWalk::take(uint32_t most, const EntryVisit& visit) {
  if (!bpf_map_is_dev_bound(map_)) return -kNotSupported;
  const std::vector<uint8_t> from = last_key_;
  return bpf_map_offload_lookup_batch(
      map_, from.empty() ? nullptr : from.data(), most,
      [&](std::span<const uint8_t> key, std::span<const uint8_t> value) {
        last_key_.assign(key.begin(), key.end());
        visit(key, value);
      });
}

bool MapWalk::is_at_end() const {
  if (bpf_map_is_dev_bound(map_) || map_->map_type != BPF_MAP_TYPE_HASH) return false;
  std::vector<uint8_t> key(map_->key_size);
  const std::lock_guard guard(map_->lock);
  return !map_->host->key_from(slot_, key);
}

uint32_t MapWalk::save() {
  if (!bpf_map_is_dev_bound(map_)) return slot_;
  const std::lock_guard guard(map_->lock);
  auto& kept = map_->batch_keys;
  const uint32_t place = kept.empty() ? 1 : kept.rbegin()->first + 1;
  kept.emplace(place, last_key_);
  if (kept.size() > kMaxKeptPlaces) kept.erase(kept.begin());
  return place;
}

}  // namespace host
