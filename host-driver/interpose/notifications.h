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

// A caller and the thread that answers it wait for each other: where the kernel can, the one goes on where the other stopped.
void hand_over_at_once(int listener);
// Blocks, for ever on kernels that do not tell that nobody is left whose calls could stop. Nothing: they do.
std::optional<Notification> receive_notification(int listener);
bool still_waits(int listener, uint64_t id);
void answer_notification(int listener, uint64_t id, Outcome outcome);

}  // namespace interpose
