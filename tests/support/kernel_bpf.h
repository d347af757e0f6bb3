// bpf(2) without a library.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace test_support {

// Zero everywhere, padding included: the kernel refuses bytes that it does not know.
inline bpf_attr empty_attr() {
  bpf_attr attr;
  std::memset(&attr, 0, sizeof attr);
  return attr;
}

// A descriptor or 0, or -errno. A signal makes the kernel's verifier stop and say EAGAIN, which is no answer.
inline int bpf(bpf_cmd command, bpf_attr* attr) {
  long result = -1;
  do {
    result = syscall(SYS_bpf, command, attr, sizeof *attr);
  } while (result < 0 && errno == EAGAIN);
  return result < 0 ? -errno : static_cast<int>(result);
}

template <typename T>
uint64_t address_of(const T* pointer) {
  return reinterpret_cast<uint64_t>(pointer);
}

}  // namespace test_support
