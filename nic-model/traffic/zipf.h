// Draws flow numbers 0..n-1 whose popularity falls as 1 / (number + 1)^s.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/rng.h"

namespace nic {

class Zipf {
 public:
  // 8 bytes of table per number when exponent > 0, none otherwise.
  Zipf(uint32_t count, double exponent);
  uint32_t draw(base::Rng& rng) const;

 private:
  uint32_t count_;
  std::vector<double> cumulative_;  // normalised to end at 1
};

}  // namespace nic
