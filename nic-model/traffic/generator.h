// The packet generator: an endless stream that a specification and a seed determine.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/rng.h"
#include "nic-model/packet_io.h"
#include "nic-model/traffic/traffic_spec.h"
#include "nic-model/traffic/zipf.h"

namespace nic {

class Generator {
 public:
  Generator(const TrafficSpec& spec, uint64_t seed, Pacer pacer)
      : spec_(spec), pacer_(std::move(pacer)), zipf_(spec.flows, spec.zipf), rng_(seed) {}

  void next(Frame& frame);

 private:
  uint32_t draw_frame_bytes();

  TrafficSpec spec_;
  Pacer pacer_;
  Zipf zipf_;
  base::Rng rng_;
  uint64_t sequence_ = 0;
};

}  // namespace nic
