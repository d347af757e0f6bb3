// What the kernel demands of the attributes of a message before it looks at what they say.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host-driver/rtnl/netlink/wire.h"

namespace host {

// 0, or that of the first attribute that is wrong: -ERANGE for its length, -EINVAL for a text without an end. As in the kernel's
// lenient parser types without a rule pass, longer numbers are cut, and nothing behind a malformed attribute is seen.
int check_link_attributes(const NetlinkAttributes& attributes);
int check_xdp_attributes(const NetlinkAttributes& nested);
int check_traffic_control_attributes(const NetlinkAttributes& attributes);
int check_bpf_filter_attributes(const NetlinkAttributes& nested);

// The kernel's text for all but nested attributes.
inline constexpr const char* kFailedPolicy = "Attribute failed policy validation";

}  // namespace host
