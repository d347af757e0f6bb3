// The log buffer that a caller of PROG_LOAD or BTF_LOAD gives, by the kernel's rules.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "host-driver/syscall/call.h"

namespace host {

class UserLog {
 public:
  struct Request {
    uint32_t level = 0, bytes = 0;
    uint64_t buffer = 0;
  };

  UserLog(const Call& call, Request request) : call_(call), request_(request) {}

  bool is_wanted() const { return request_.level != 0; }
  bool is_detailed() const { return (request_.level & 2) != 0; }  // of programs that are accepted
  // Level, size and buffer are there together or not at all.
  bool is_valid() const;
  void add(std::string_view text) { text_ += text; }
  // The beginning of the text, as far as it fits, and a zero. ENOSPC: it does not fit; EFAULT.
  int write() const;

 private:
  const Call& call_;
  Request request_;
  std::string text_;
};

}  // namespace host
