// Faults of cores as lines of a report: one line per kind and place, with a count.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fpc/core.h"

namespace nic {

class FaultLog {
 public:
  static constexpr unsigned kLines = 16;

  // `detail` says more, for instance the memory address; only that of the first fault of a line is kept.
  void add(unsigned worker, const fpc::Fault& fault, const std::string& detail);
  std::vector<std::string> lines() const;
  bool wants(const fpc::Fault& fault) const;  // false: the line exists, or there are enough

 private:
  struct Line {
    unsigned worker;
    fpc::Fault fault;
    std::string detail;
    uint64_t count;
  };
  const Line* find(const fpc::Fault& fault) const;

  std::vector<Line> lines_;
  uint64_t others_ = 0;
};

}  // namespace nic
