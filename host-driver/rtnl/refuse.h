// How the network says no: the text for the user, the error for the caller.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host-driver/netdev_offload.h"

namespace host {

inline int refuse(netlink_ext_ack* extack, const char* text, int error) {
  nl_set_err_msg(extack, text);
  return -error;
}

}  // namespace host
