// Drawing of the progress line.
// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace cli {

ProgressLine::ProgressLine()
    : terminal_(isatty(STDERR_FILENO) == 1), start_(Clock::now()), last_(start_) {}

ProgressLine::~ProgressLine() {
  if (shown_) fmt::print(stderr, "\r\033[K");
}

std::function<void(const nic::Progress&)> ProgressLine::hook() {
  if (!terminal_) return {};
  return [this](const nic::Progress& progress) { show(progress); };
}

void ProgressLine::show(const nic::Progress& progress) {
  const Clock::time_point now = Clock::now();
  if (now - last_ < std::chrono::milliseconds(200)) return;
  last_ = now;
  shown_ = true;
  const double wall = std::chrono::duration<double>(now - start_).count();
  const double rate = static_cast<double>(progress.packets_done) / wall;
  std::string eta;
  if (progress.packets_total > progress.packets_done && rate > 0) {
    eta = fmt::format("   ETA {:.0f} s",
                      static_cast<double>(progress.packets_total - progress.packets_done) / rate);
  }
  fmt::print(stderr, "\r\033[K{:.3f} ms simulated   {} packets   {:.3f} M packets/s{}",
             static_cast<double>(progress.simulated_ps) * 1e-9, progress.packets_done, rate / 1e6,
             eta);
  std::fflush(stderr);
}

}  // namespace cli
