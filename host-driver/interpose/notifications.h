// One seccomp notification at a time: receive, answer, inject a descriptor.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "host-driver/interpose/outcome.h"

namespace interpose {

struct Notification {
  uint64_t id = 0;
  int thread = 0;
  Call call;
};

// Blocks. Nothing: nobody is left whose calls could stop.
std::optional<Notification> receive_notification(int listener);
bool still_waits(int listener, uint64_t id);
void answer_notification(int listener, uint64_t id, const Outcome& outcome);

}  // namespace interpose
