// Classic BPF for seccomp(2), written out: libseccomp 2.5.4 cannot ask for WAIT_KILLABLE_RECV.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/filter.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "host-driver/interpose/traps.h"

namespace interpose {
namespace {

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

constexpr uint32_t kNegative = 1u << 31;
constexpr uint32_t kNoSuchCall = SECCOMP_RET_ERRNO | ENOSYS;

#if defined(__x86_64__)
constexpr uint32_t kNative = AUDIT_ARCH_X86_64;
constexpr uint32_t kFirstForeignNumber = 0x40000000;  // of x32, which has the same architecture
constexpr uint32_t kForeignBpf = 357;                 // bpf(2) of i386
#elif defined(__aarch64__)
constexpr uint32_t kNative = AUDIT_ARCH_AARCH64;
constexpr uint32_t kFirstForeignNumber = UINT32_MAX;
constexpr uint32_t kForeignBpf = 386;  // bpf(2) of 32-bit Arm
#else
#error "no seccomp front end for this instruction set"
#endif

constexpr uint32_t kAlways[] = {
    SYS_bpf,        SYS_statfs,
#ifdef SYS_readlink
    SYS_readlink,
#endif
    SYS_readlinkat, SYS_perf_event_open, SYS_capget,
};
constexpr uint32_t kNetwork[] = {SYS_sendto, SYS_sendmsg, SYS_sendmmsg, SYS_recvfrom, SYS_recvmsg};

class Program {
 public:
  void load(size_t offset) {
    code_.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(offset)));
  }
  void finish(uint32_t result) { code_.push_back(BPF_STMT(BPF_RET | BPF_K, result)); }
  void finish_if_equal(uint32_t value, uint32_t result) {
    code_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1));
    finish(result);
  }
  void finish_if_at_least(uint32_t value, uint32_t result) {
    code_.push_back(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, value, 0, 1));
    finish(result);
  }
  void finish_unless_set(uint32_t bits, uint32_t result) {
    code_.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 1, 0));
    finish(result);
  }
  void skip_if_equal(uint32_t value, uint8_t count) {
    code_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, count, 0));
  }
  void keep(uint32_t bits) { code_.push_back(BPF_STMT(BPF_ALU | BPF_AND | BPF_K, bits)); }
  // `rule` ends with a result, and begins with the number of the call loaded.
  void finish_call(uint32_t number, const Program& rule) {
    code_.push_back(
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, static_cast<uint8_t>(rule.code_.size())));
    code_.insert(code_.end(), rule.code_.begin(), rule.code_.end());
  }
  std::vector<sock_filter> take() { return std::move(code_); }

 private:
  std::vector<sock_filter> code_;
};

// Of the low half: descriptors, requests and flags have 32 bits.
constexpr size_t argument(size_t index) {
  return offsetof(seccomp_data, args) + index * sizeof(uint64_t);
}

Program ioctl_rule(bool only_bpf) {
  Program p;
  p.load(argument(1));
  for (const uint32_t request : kInterfaceQuestions)
    p.finish_if_equal(request, SECCOMP_RET_USER_NOTIF);
  if (!only_bpf)
    for (const uint32_t request : kInterfaceChanges)
      p.finish_if_equal(request, SECCOMP_RET_USER_NOTIF);
  p.keep(kIoctlTypeMask);
  p.finish_if_equal(kPerfIoctlType, SECCOMP_RET_USER_NOTIF);
  p.finish(SECCOMP_RET_ALLOW);
  return p;
}

// Shared mappings of a file.
Program mmap_rule() {
  Program p;
  p.load(argument(3));
  p.finish_unless_set(MAP_SHARED, SECCOMP_RET_ALLOW);
  p.load(argument(4));
  p.finish_if_at_least(kNegative, SECCOMP_RET_ALLOW);
  p.finish(SECCOMP_RET_USER_NOTIF);
  return p;
}

// A perf event's descriptor may have to become one that can be waited for.
Program epoll_rule() {
  Program p;
  p.load(argument(1));
  p.finish_if_equal(EPOLL_CTL_ADD, SECCOMP_RET_USER_NOTIF);
  p.finish(SECCOMP_RET_ALLOW);
  return p;
}

}  // namespace

std::vector<sock_filter> make_filter(bool only_bpf) {
  Program p;
  p.load(offsetof(seccomp_data, arch));
  p.skip_if_equal(kNative, 4);
  p.load(offsetof(seccomp_data, nr));
  p.finish_if_equal(kForeignBpf, kNoSuchCall);
  p.finish(SECCOMP_RET_ALLOW);
  p.load(offsetof(seccomp_data, nr));
  p.finish_if_at_least(kFirstForeignNumber, kNoSuchCall);
  for (const uint32_t number : kAlways) p.finish_if_equal(number, SECCOMP_RET_USER_NOTIF);
  if (!only_bpf)
    for (const uint32_t number : kNetwork) p.finish_if_equal(number, SECCOMP_RET_USER_NOTIF);
  p.finish_call(SYS_ioctl, ioctl_rule(only_bpf));
  p.finish_call(SYS_mmap, mmap_rule());
  p.finish_call(SYS_epoll_ctl, epoll_rule());
  p.finish(SECCOMP_RET_ALLOW);
  return p.take();
}

int install_filter(const std::vector<sock_filter>& filter) {
  const sock_fprog program = {static_cast<unsigned short>(filter.size()),
                              const_cast<sock_filter*>(filter.data())};
  const unsigned long flags =
      SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
  long listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
  if (listener < 0 && errno == EACCES) {
    // Without CAP_SYS_ADMIN the kernel wants this first; programs with the set-user-id bit then run as their caller.
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
  }
  return listener < 0 ? -errno : static_cast<int>(listener);
}

// A child tries, and its filter goes with it.
bool has_listener() {
  const pid_t child = fork();
  if (child == 0) _exit(install_filter({BPF_STMT(BPF_RET, SECCOMP_RET_ALLOW)}) == -EBUSY ? 1 : 0);
  int status = 0;
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
         WEXITSTATUS(status) == 1;
}

}  // namespace interpose
