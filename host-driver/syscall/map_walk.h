// A walk over the keys of a map that batches take up again where the last one ended.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "host-driver/netdev_offload.h"

namespace host {

class MapWalk {
 public:
  explicit MapWalk(bpf_map* map) : map_(map) {}

  // ENOENT: there was no such place, or it was long ago.
  int restore(uint32_t place);
  // ENOENT: that was the last key.
  int next(std::vector<uint8_t>* key);
  // Several entries of a device. ENOENT: behind them there are no more; kNotSupported: no device that can.
  int take(uint32_t most, const EntryVisit& visit);
  // Whether a hash of the host has no more keys: its kernel says so with the last entry, others with the batch after it.
  bool is_at_end() const;
  // Four bytes, whatever the size of keys.
  uint32_t save();

 private:
  bpf_map* map_;
  uint32_t slot_ = 0;              // host
  std::vector<uint8_t> last_key_;  // device
};

}  // namespace host
