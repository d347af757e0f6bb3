// Defines `syscall`: forwards to libc, except for bpf(2) while calls are captured.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/syscall_capture.h"

#include <dlfcn.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstdarg>

namespace ebpf {
namespace {

BpfAnswer bpf_answer = nullptr;
void* bpf_answer_self = nullptr;

using Syscall = long (*)(long, ...);

Syscall libc_syscall() {
  static const auto next = reinterpret_cast<Syscall>(dlsym(RTLD_NEXT, "syscall"));
  return next;
}

}  // namespace

void capture_bpf_calls(BpfAnswer answer, void* self) {
  bpf_answer = answer;
  bpf_answer_self = self;
}

}  // namespace ebpf

// The arguments are read as libc's own definition reads them: six words, whatever the call needs.
extern "C" long syscall(long number, ...) noexcept {
  long word[6];
  va_list arguments;
  va_start(arguments, number);
  for (long& w : word) w = va_arg(arguments, long);
  va_end(arguments);
  if (number == SYS_bpf && ebpf::bpf_answer != nullptr) {
    const long result =
        ebpf::bpf_answer(ebpf::bpf_answer_self, static_cast<int>(word[0]),
                         reinterpret_cast<const void*>(word[1]), static_cast<size_t>(word[2]));
    if (result >= 0) return result;
    errno = static_cast<int>(-result);
    return -1;
  }
  const auto forward = ebpf::libc_syscall();
  if (forward == nullptr) {
    errno = ENOSYS;
    return -1;
  }
  return forward(number, word[0], word[1], word[2], word[3], word[4], word[5]);
}
