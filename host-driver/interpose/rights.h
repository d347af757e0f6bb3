// The right to change the network, which an isolated command has not: the kernel then refuses each change, whatever asks for it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/capability.h>

#include <cstdint>

namespace interpose {

inline constexpr uint64_t kNetworkRight = uint64_t{1} << CAP_NET_ADMIN;

// Of the calling process and all that it starts, for good. Async-signal-safe. False: errno.
bool give_up_network_right();

}  // namespace interpose
