// bpf(2) without a library.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "host-driver/bpf_attr.h"

namespace test_support {

using host::address_of;
using host::empty_attr;

// A descriptor or 0, or -errno. A signal makes the kernel's verifier stop and say EAGAIN, which is no answer.
inline int bpf(bpf_cmd command, bpf_attr* attr) {
  long result = -1;
  do {
    result = syscall(SYS_bpf, command, attr, sizeof *attr);
  } while (result < 0 && errno == EAGAIN);
  return result < 0 ? -errno : static_cast<int>(result);
}

}  // namespace test_support
