// Programs and network namespaces that a message names by descriptors or process ids of its sender.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host-driver/rtnl/netlink/route.h"

namespace host {

RouteReferences link_references(const RouteCaller& caller, const NetlinkMessage& message);
RouteReferences filter_references(const RouteCaller& caller, const NetlinkMessage& message);

}  // namespace host
