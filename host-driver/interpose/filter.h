// The seccomp filter of a command tree: which calls stop for the supervisor.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/filter.h>

#include <vector>

namespace interpose {

// Only bpf(2) and what pins need when `only_bpf`: no netlink, so that programs which send much are not slowed down. Calls of
// foreign instruction sets that would go round the supervisor fail with ENOSYS.
std::vector<sock_filter> make_filter(bool only_bpf);

// Installs it in the calling thread. The listener's descriptor, or -errno: EBUSY means that another one is there already.
int install_filter(const std::vector<sock_filter>& filter);

// Whether calls of this process stop for a supervisor already, as of everything below a `millrace exec`. Forks.
bool has_listener();

}  // namespace interpose
