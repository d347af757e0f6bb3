// Starts a command under a seccomp filter whose listener is in our hands, or with a preloaded library.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <csignal>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"

namespace interpose {

struct Command {
  std::vector<std::string> words;
  bool only_bpf = false;
  bool isolated = true;     // without the right to change the network, whatever else root may do
  bool with_filter = true;  // otherwise LD_PRELOAD of the environment does its work
  std::string bpffs;        // shown as /sys/fs/bpf where we may mount; empty: not
  sigset_t signal_mask;     // of the command
};

struct Launched {
  pid_t pid = -1;
  base::UniqueFd listener;  // none without a filter
};

// The command dies with us, and says itself when it cannot be executed (exit code 127, or 126). Error: kBusy when calls of our
// process stop for another supervisor already, kUnsupported when the kernel refuses user notification.
base::Result<Launched> launch(const Command& command);

}  // namespace interpose
