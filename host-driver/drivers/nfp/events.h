// Events of offloaded programs: checked, and given to whom the map belongs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <vector>

#include "host-driver/drivers/nfp/capabilities.h"

namespace host::nfp {

struct Event {
  uint32_t map_id = 0, cpu = 0;
  std::span<const uint8_t> data, packet;  // valid during the call
};

class Events {
 public:
  using Sink = std::function<void(const Event&)>;
  Events(Log log, Sink sink) : log_(std::move(log)), sink_(std::move(sink)) {}

  // Maps that offloaded programs refer to, each as often as programs do.
  void hold(uint32_t map_id) { ++uses_[map_id]; }
  void release(uint32_t map_id);
  bool knows(uint64_t map_id) const;

  void take(const std::vector<uint8_t>& message);
  uint64_t delivered() const { return delivered_; }
  uint64_t dropped() const { return dropped_; }

 private:
  Log log_;
  Sink sink_;
  std::map<uint32_t, unsigned> uses_;
  uint64_t delivered_ = 0, dropped_ = 0;
};

}  // namespace host::nfp
