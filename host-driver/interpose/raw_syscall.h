// A system call without libc between, so that nobody's wrapper is in the way.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace interpose {

// The result, or -errno.
inline int64_t raw_syscall(long number, const std::array<uint64_t, 6>& arg) {
#if defined(__x86_64__)
  int64_t result = number;
  register uint64_t r10 asm("r10") = arg[3];
  register uint64_t r8 asm("r8") = arg[4];
  register uint64_t r9 asm("r9") = arg[5];
  asm volatile("syscall"
               : "+a"(result)
               : "D"(arg[0]), "S"(arg[1]), "d"(arg[2]), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register uint64_t x8 asm("x8") = static_cast<uint64_t>(number);
  register uint64_t x0 asm("x0") = arg[0];
  register uint64_t x1 asm("x1") = arg[1];
  register uint64_t x2 asm("x2") = arg[2];
  register uint64_t x3 asm("x3") = arg[3];
  register uint64_t x4 asm("x4") = arg[4];
  register uint64_t x5 asm("x5") = arg[5];
  asm volatile("svc 0"
               : "+r"(x0)
               : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
               : "memory");
  return static_cast<int64_t>(x0);
#else
#error "no raw system calls for this instruction set"
#endif
}

}  // namespace interpose
