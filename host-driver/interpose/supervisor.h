// Answers the caught calls of a command tree until the command ends.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "host-driver/interpose/launch.h"
#include "host-driver/interpose/traps.h"

namespace interpose {

// Blocks the signals that supervise() waits for, in this thread and those it starts later. The mask before.
sigset_t block_supervisor_signals();

// `connect` makes one connection to the server for each of the threads that answer. Returns the command's exit code, or 128 +
// its signal. Whatever the command leaves running is ended with it. Error: no connection.
base::Result<int> supervise(Launched launched,
                            const std::function<base::Result<Client>()>& connect);

}  // namespace interpose
