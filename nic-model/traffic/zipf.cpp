// Inverse sampling of a Zipf distribution from its cumulative table.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/traffic/zipf.h"

#include <algorithm>
#include <cmath>

namespace nic {

Zipf::Zipf(uint32_t count, double exponent) : count_(count) {
  if (exponent == 0) return;
  cumulative_.reserve(count);
  double sum = 0;
  for (uint32_t i = 0; i < count; ++i) {
    sum += std::pow(i + 1.0, -exponent);
    cumulative_.push_back(sum);
  }
  for (double& value : cumulative_) value /= sum;
}

[[gnu::hot]] uint32_t Zipf::draw(base::Rng& rng) const {
  if (cumulative_.empty()) return static_cast<uint32_t>(rng.below(count_));
  const auto found = std::upper_bound(cumulative_.begin(), cumulative_.end(), rng.uniform());
  return std::min(static_cast<uint32_t>(found - cumulative_.begin()), count_ - 1);
}

}  // namespace nic
