// Without new privileges, root executes programs with what is left to it.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/rights.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace interpose {

bool give_up_network_right() {
  __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscall(SYS_capget, &head, sets) != 0)
    return false;
  constexpr auto kOthers = static_cast<uint32_t>(~kNetworkRight);
  sets[0].effective &= kOthers;
  sets[0].permitted &= kOthers;
  sets[0].inheritable &= kOthers;
  return syscall(SYS_capset, &head, sets) == 0;
}

}  // namespace interpose
