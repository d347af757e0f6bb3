// The progress line of a long run: on a terminal only, a few times a second.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>

#include "nic-model/nic.h"

namespace cli {

class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine();  // clears the line

  // Empty when standard error is no terminal, so that the card need not call it.
  std::function<void(const nic::Progress&)> hook();

 private:
  using Clock = std::chrono::steady_clock;
  void show(const nic::Progress& progress);

  bool terminal_ = false, shown_ = false;
  Clock::time_point start_, last_;
};

}  // namespace cli
