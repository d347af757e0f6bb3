// A system call that a front end caught, and what becomes of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "base/unique_fd.h"

namespace interpose {

struct Call {
  long number = 0;
  std::array<uint64_t, 6> arg{};

  int fd(size_t index) const { return static_cast<int>(arg[index]); }
};

// Default: the kernel executes the call as if nothing were there.
struct Outcome {
  bool passed = true;
  int64_t value = 0;           // the result, or -errno
  base::UniqueFd fd;           // if any, a copy of it in the caller is the result
  bool closes_on_exec = true;  // the copy
  int replaced = -1;  // if any, the copy comes there before the call goes on, and is not the result

  static Outcome pass() { return {}; }
  static Outcome result(int64_t value) {
    Outcome out;
    out.passed = false;
    out.value = value;
    return out;
  }
};

}  // namespace interpose
