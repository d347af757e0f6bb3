// Whether anybody but us has a file of ours open or mapped.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>

namespace interpose {

// `own` is open for writing, and is our only descriptor. The kernel grants a lease only to the last one who has the file.
inline bool is_open_elsewhere(int own) {
  if (fcntl(own, F_SETLEASE, F_WRLCK) != 0) return true;
  fcntl(own, F_SETLEASE, F_UNLCK);
  return false;
}

}  // namespace interpose
